/** What the bundler tells of one module. */
interface ModuleInfo {
  importedIds: readonly string[];
}

/** What the bundler offers while it names chunks. */
interface Chunking {
  getModuleInfo(id: string): ModuleInfo | null;
}

/** What names the chunk of a module; null for one that is not of the group. */
type Namer = (id: string, chunking: Chunking) => string | null;

/** Returns what names a chunk `name` for the modules that `roots` import, each of them needed before the others. */
export function nameReached(name: string, roots: readonly string[]): Namer {
  // The client's and the server's build have graphs of their own.
  const reachedByGraph = new WeakMap<Chunking, ReadonlySet<string>>();
  return (id, chunking) => {
    const reached = reachedByGraph.get(chunking) ?? reach(roots, chunking);
    reachedByGraph.set(chunking, reached);
    return reached.has(id) ? name : null;
  };
}

/** Returns the modules that `roots` import, and those that these import, and so on; without what they load later. */
function reach(roots: readonly string[], chunking: Chunking): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...roots];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...(chunking.getModuleInfo(id)?.importedIds ?? []));
  }
  return reached;
}

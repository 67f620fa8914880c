// One page for every address: the app is rendered on the device, from the device's own data.
export const ssr = false;
export const prerender = false;

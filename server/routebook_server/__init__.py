"""The server: owns the canonical records, answers `/sync`, knows who may see what."""

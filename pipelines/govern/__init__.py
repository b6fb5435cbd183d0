"""Jobs of governance: basis, names, disclosure, release, retention, erasure, verifying, records of processing."""

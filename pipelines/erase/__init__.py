"""The erasure of a person: found, taken out of tables, files and backups, and what is left is said."""

"""Files in: intake (bytes to text cells) and standardise (text to typed records)."""

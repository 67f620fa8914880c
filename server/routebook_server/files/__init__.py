"""Files: the bytes of photos, voice notes and documents, kept by their digest and given to those who see the record."""

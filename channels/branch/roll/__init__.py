"""The roll as a file: reading sheets, guessing headers, checking rows, planning, applying, exporting."""

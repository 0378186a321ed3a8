"""The organisation: tree of units, members of the roll, roles, templates, import and export of the roll."""

"""Values as text again: for export, JSON and workbooks."""

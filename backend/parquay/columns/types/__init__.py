"""Types of columns: which text is the spelling of a value, and the value of a text."""

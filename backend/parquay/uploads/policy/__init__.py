"""Who may upload what: rules, quota, and hooks that are asked."""

"""What every page shares: access, error pages, headers, base templates and static files."""

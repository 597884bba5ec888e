"""What is done about VLEs: one file per noun. Nothing here commits or speaks to a network."""

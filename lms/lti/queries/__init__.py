"""What is asked of the database about VLEs: a file per question's owner."""

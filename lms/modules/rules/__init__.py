"""What is decided about learning: who may read, how a check is scored, where somebody stands."""

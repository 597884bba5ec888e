"""What is decided about launches and scores: functions of plain values, a file per question."""

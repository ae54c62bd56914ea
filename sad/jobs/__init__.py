"""What is due, done late or twice without harm."""

"""What is said in small talk."""

"""What is wrong with a data set, before it becomes a result: findings, each a list of images."""

"""What the files of a folder are: images, and what folders, names and tables say of them."""

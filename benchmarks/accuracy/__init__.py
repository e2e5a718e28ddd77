"""What is transfer worth, and do heatmaps point at what is there?"""

"""Which source to start from: asked of training and validation images, before a training."""

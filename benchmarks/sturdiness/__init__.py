"""What happens when a process is killed, an input is bad, or two processes share the work?"""

"""How long does a person wait, and for how many clicks?"""

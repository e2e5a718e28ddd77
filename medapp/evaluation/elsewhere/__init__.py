"""Is a model as good in another place as it was at home, and may it be used there?"""

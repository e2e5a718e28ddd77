"""How far ordinary faults of acquisition and storage may go before a model's figures fall."""

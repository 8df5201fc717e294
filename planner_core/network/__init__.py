"""The network model: layers, receptive fields, operator catalogue, folding."""

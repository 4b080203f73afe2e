"""The model directory: what transformers loads, beside the modeling file that is specialised."""

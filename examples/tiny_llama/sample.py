"""Loads a checkpoint with transformers, as anyone might who has no fgc, and lets it write.

    python sample.py run/output/checkpoints/step-00000977

It is loaded twice: with the code in the folder, and as the class of transformers' own that its
config.json names. Both must give equal logits. The sample goes to standard output.
"""

import argparse
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

sys.modules["fgc"] = None  # type: ignore[assignment]  # from here on no import finds it

TOLERANCE = 1e-5


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkpoint", type=Path, help="a folder of output/checkpoints")
    parser.add_argument("--tokens", type=int, default=200, metavar="N", help="length (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(%(default)s)")
    args = parser.parse_args()
    logging.disable_progress_bar()

    tokenizer = AutoTokenizer.from_pretrained(args.checkpoint)
    ours = AutoModelForCausalLM.from_pretrained(args.checkpoint, trust_remote_code=True).eval()
    theirs = AutoModelForCausalLM.from_pretrained(args.checkpoint, trust_remote_code=False).eval()
    torch.manual_seed(args.seed)
    prompt = tokenizer("", return_tensors="pt")  # nothing but the token that begins a document
    tokens = ours.generate(
        **prompt,
        max_new_tokens=args.tokens,
        min_new_tokens=args.tokens,
        do_sample=True,
        temperature=0.8,
        top_k=50,
        top_p=0.95,
    )
    with torch.no_grad():
        difference = (ours(tokens).logits - theirs(tokens).logits).abs().max().item()
    print(tokenizer.decode(tokens[0], skip_special_tokens=True))
    names = " and as ".join(type(model).__name__ for model in (ours, theirs))
    print(f"loads as {names}; largest difference of logits: {difference:.1g}", file=sys.stderr)
    return 0 if difference <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())

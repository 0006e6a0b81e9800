"""Right: row by row over the set of its tokens, one number after the other, in Python's own arithmetic."""


def apply_repetition_penalty(logits, generated, penalty):
    result = logits.clone()
    for row, tokens in zip(result, generated.tolist(), strict=True):
        for token in set(tokens):
            score = row[token].item()
            row[token] = score / penalty if score > 0 else score * penalty
    return result

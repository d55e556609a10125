"""CPU time and memory of a GridSearch task, for src/escra/serverless (see src/escra/README.md).

A text classifier as in section 5.6.5 of the dissertation (hashed words, linear classifier by stochastic
gradient descent, five folds) on made-up reviews: 80 words each from 60,000, by Zipf's law.
Needs scikit-learn: `python3 grid_task.py 10` for 10 MiB of text; one CSV row per setting.
"""

import random
import resource
import sys
import time
import warnings


def rss():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


began = time.process_time()
import numpy as np  # noqa: E402
from sklearn.feature_extraction.text import HashingVectorizer  # noqa: E402
from sklearn.linear_model import SGDClassifier  # noqa: E402
from sklearn.model_selection import StratifiedKFold  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402

print("what,cpu_s,rss_mib,peak_mib")
print(f"imports,{time.process_time() - began:.2f},{rss():.0f},")

random.seed(1)
rng = np.random.default_rng(1)
words = ["".join(random.choices("etaoinshrdlcumwfgypb", k=random.randint(2, 8))) for _ in range(60_000)]
weights = 1 / np.arange(1, len(words) + 1)
weights /= weights.sum()
texts, labels, size = [], [], 0
while size < float(sys.argv[1]) * 2**20:
    label = random.random() < 0.5
    hint = random.choice(["great", "love"] if label else ["bad", "waste"]) if random.random() < 0.6 else ""
    texts.append(" ".join(words[i] for i in rng.choice(len(words), size=80, p=weights)) + " " + hint)
    labels.append(int(label))
    size += len(texts[-1])
labels = np.array(labels)
print(f"data,,{rss():.0f},")

warnings.simplefilter("ignore")
train, test = next(StratifiedKFold(5).split(texts, labels))
for ngrams in ((1, 1), (1, 2)):
    for penalty in ("l2", "l1", "elasticnet"):
        for epochs in (10, 30, 50, 80):
            model = make_pipeline(
                HashingVectorizer(n_features=2**18, alternate_sign=False, ngram_range=ngrams),
                SGDClassifier(penalty=penalty, max_iter=epochs),
            )
            began = time.process_time()
            model.fit([texts[i] for i in train], labels[train])
            model.score([texts[i] for i in test], labels[test])
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            took = time.process_time() - began
            print(f"{ngrams[1]}-grams {penalty} {epochs} epochs,{took:.2f},{rss():.0f},{peak:.0f}")

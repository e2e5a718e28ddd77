"""What was published of the methods that a report speaks of, by a short name."""

REFERENCES = {
    "adamw": "Loshchilov I, Hutter F. Decoupled weight decay regularization. ICLR 2019."
    " arXiv:1711.05101.",
    "adversarial": "Madry A et al. Towards deep learning models resistant to adversarial attacks."
    " ICLR 2018. arXiv:1706.06083.",
    "brier": "Brier GW. Verification of forecasts expressed in terms of probability. Mon Weather"
    " Rev 1950;78:1-3.",
    "calibration": "Guo C et al. On calibration of modern neural networks. ICML 2017."
    " arXiv:1706.04599.",
    "claim": "Tejani AS et al. Checklist for Artificial Intelligence in Medical Imaging (CLAIM):"
    " 2024 update. Radiol Artif Intell 2024. doi:10.1148/ryai.240300.",
    "clustered": "Dean N, Pagano M. Evaluating confidence interval methods for binomial proportions"
    " in clustered surveys. J Surv Stat Methodol 2015. doi:10.1093/jssam/smv024.",
    "conformal": "Vovk V, Gammerman A, Shafer G. Algorithmic learning in a random world. Springer"
    " 2005.",
    "convnext": "Liu Z et al. A ConvNet for the 2020s. CVPR 2022. arXiv:2201.03545.",
    "densenet": "Huang G et al. Densely connected convolutional networks. CVPR 2017."
    " doi:10.1109/CVPR.2017.243.",
    "efficientnet": "Tan M, Le QV. EfficientNet: rethinking model scaling for convolutional neural"
    " networks. ICML 2019. arXiv:1905.11946.",
    "familiarity": "Lee K et al. A simple unified framework for detecting out-of-distribution"
    " samples and adversarial attacks. NeurIPS 2018. arXiv:1807.03888.",
    "grouped": "Lee Y, Barber RF, Willett R. Distribution-free inference with hierarchical data."
    " 2023. arXiv:2306.06342.",
    "holm": "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat"
    " 1979;6:65-70.",
    "imagenet": "Russakovsky O et al. ImageNet large scale visual recognition challenge. Int J"
    " Comput Vis 2015;115:211-252. doi:10.1007/s11263-015-0816-y.",
    "lp-ft": "Kumar A et al. Fine-tuning can distort pretrained features and underperform"
    " out-of-distribution. ICLR 2022. arXiv:2202.10054.",
    "pytorch": "Paszke A et al. PyTorch: an imperative style, high-performance deep learning"
    " library. NeurIPS 2019. arXiv:1912.01703.",
    "resnet": "He K et al. Deep residual learning for image recognition. CVPR 2016."
    " doi:10.1109/CVPR.2016.90.",
    "roc": "Hanley JA, McNeil BJ. The meaning and use of the area under a receiver operating"
    " characteristic (ROC) curve. Radiology 1982;143:29-36."
    " doi:10.1148/radiology.143.1.7063747.",
    "tripod": "Collins GS et al. TRIPOD+AI statement: updated guidance for reporting clinical"
    " prediction models that use regression or machine learning methods. BMJ 2024;385:e078378."
    " doi:10.1136/bmj-2023-078378.",
    "vgg": "Simonyan K, Zisserman A. Very deep convolutional networks for large-scale image"
    " recognition. ICLR 2015. arXiv:1409.1556.",
    "wilson": "Wilson EB. Probable inference, the law of succession, and statistical inference."
    " J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953.",
}
FAMILIES = ("convnext", "densenet", "efficientnet", "resnet", "vgg")


class Citations:
    """Numbers for references, in the order in which they are first cited."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def cite(self, *names: str) -> str:
        """Such as " [1, 2]"; empty where nothing is named."""
        for name in names:
            if name not in self._names:
                self._names.append(name)
        numbers = sorted(self._names.index(name) + 1 for name in names)
        return f" [{', '.join(map(str, numbers))}]" if numbers else ""

    def list_references(self) -> tuple[str, ...]:
        """The references in their order, each with its number."""
        return tuple(f"[{i}] {REFERENCES[name]}" for i, name in enumerate(self._names, start=1))


def find_family(architecture: str) -> tuple[str, ...]:
    """The reference of an architecture, by what its name begins with; none where it has none."""
    return tuple(family for family in FAMILIES if architecture.startswith(family))

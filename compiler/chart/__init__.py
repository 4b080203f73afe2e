"""Line charts, as braille text for a terminal and as SVG: the standard library and nothing else.

from fgc.compiler.chart.braille import braille
from fgc.compiler.chart.chart import Chart, Series
from fgc.compiler.chart.svg import svg

chart = Chart((Series("loss", [(0, 8.3), (10, 6.9)]),), x_label="step", y_label="nats")
text, picture = braille(chart), svg(chart)
"""

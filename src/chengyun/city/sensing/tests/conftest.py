from chengyun.city.sensing.tests.fixtures import cast as cast
from chengyun.city.sensing.tests.fixtures import device as device

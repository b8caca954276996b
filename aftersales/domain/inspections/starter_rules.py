"""The repair rules that a new workshop begins with: symptoms (alternatives with commas) and fault codes, the canned job
that they speak for, and why. Symptoms stand in the languages in which customers say them; the workshop adds its own."""

RULES: tuple[tuple[str, str, str, str], ...] = (
    ("brake squeal, brakes squeal, grinding front, piszczą hamulce, hamulce piszczą, 刹车异响, 刹车 响", "", "BRAKE-PADS-F", ""),
    ("pulsing brake, brake vibration, vibrates braking, bicie hamulców, 刹车抖动", "", "BRAKE-DISCS-F", ""),
    ("grinding rear, rear brake noise, tarcie tył, 后刹车", "", "BRAKE-DISCS-R", ""),
    ("brake pedal soft, spongy pedal, miękki pedał, 刹车软", "", "BRAKE-FLUID", ""),
    ("pulls right, pulls left, steering wheel crooked, ściąga, 跑偏", "", "ALIGNMENT", ""),
    ("knocks bump, knocking bumps, stuka, 过坎异响, 底盘异响", "", "STABILISER-LINKS", ""),
    ("starts badly, does not start, battery empty, nie odpala, źle odpala, 打不着, 启动困难", "P0562", "BATTERY", ""),
    ("air conditioning, ac not cold, hardly cools, klimatyzacja nie chłodzi, 空调不凉, 不制冷", "", "AC-SERVICE", ""),
    ("smells musty, musty smell, śmierdzi, 异味", "", "POLLEN-FILTER", ""),
    ("jerks, misfire, runs rough, szarpie, 抖动, 缺缸", "P030*", "SPARK-PLUGS", "Check coils before plugs are ordered."),
    ("jerks gear, jerks shifting, szarpie biegi, 换挡顿挫", "P0700", "DSG-OIL", ""),
    ("whistling, squeal engine, piszczy pasek, 皮带异响", "", "POLY-V-BELT", ""),
    ("loud exhaust, exhaust noise, głośny wydech, 排气声", "", "EXHAUST-REAR", ""),
    ("wipers streak, wipers leave, wycieraczki, 雨刮", "", "WIPERS-F", ""),
    ("headlight, bulb, żarówka, 大灯不亮", "", "BULB-H7", ""),
    ("warning lamp, engine light, check engine, kontrolka, 故障灯, 发动机灯", "", "DIAGNOSIS", ""),
    ("", "P0401, P0402", "DIAGNOSIS", "Valve and cooler of the exhaust gas recirculation: soot before parts."),
    ("", "P0128", "COOLANT", "Thermostat; look at the coolant level first."),
    ("", "P0171, P0101", "AIR-FILTER", "Unmetered air, then filter and air mass meter."),
    ("", "P0087", "FUEL-FILTER", ""),
    ("charges slowly, does not charge, range lower, nie ładuje, 充电慢, 续航", "P0AA6, P0A80", "HV-CHECK", "Only by people trained for high voltage."),
)  # fmt: skip

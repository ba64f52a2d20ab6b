"""Words that mean the same in Vietnamese and English. Keys are concepts; "a+b" stands for two at once."""

from __future__ import annotations

# How a thing was worked on. These words weigh less than what the thing is.
PROCESSING = frozenset(
    f"@{c}"
    for c in ("dried", "fresh", "frozen", "roasted", "powder", "ground", "green", "oil", "smoked", "salted")
)

# Only one of these is true of a thing.
STATES = frozenset({"@dried", "@fresh", "@frozen"})

# What a thing is, whatever else its name mentions: honey of longan flowers is honey, not longan.
HEADS = frozenset(
    f"@{c}"
    for c in (
        "honey", "tea", "coffee", "cake", "candy", "jam", "juice", "vinegar", "wine", "fruit_wine", "rice_spirit",
        "sauce", "extract", "shampoo", "chocolate", "incense", "starch", "fish_sauce", "soy_paste", "pho", "oil",
        "rice_noodle", "sausage",
    )
)  # fmt: skip

STOP_WORDS = frozenset(
    {
        "va", "hoac", "cua", "cho", "cac", "loai", "san", "pham", "hang", "dac", "nong",
        "cao", "cap", "thuong", "viet", "nam", "ocop", "sao", "htx", "hop", "tac", "xa",
        "the", "and", "or", "of", "with", "for", "in", "from", "product", "products", "quality",
        "premium", "vietnam", "vietnamese", "star", "kg", "gam", "tui", "chai", "goi",
        "sach", "an", "toan", "truyen", "thong", "tu", "nhien",
    }
)  # fmt: skip

CONCEPTS: dict[str, tuple[str, ...]] = {
    "longan+dried": ("long nhãn", "longan pulp", "nhãn sấy"),
    "longan": ("nhãn", "nhãn lồng", "nhãn xuồng", "longan", "longans"),
    "lychee": ("vải thiều", "quả vải", "vải u hồng", "lychee", "litchi", "lychees"),
    "dragonfruit": ("thanh long", "dragon fruit", "pitaya"),
    "durian": ("sầu riêng", "durian"),
    "mango": ("xoài", "mango", "mangoes"),
    "pomelo": ("bưởi", "pomelo", "pomelos"),
    "orange": ("cam", "cam sành", "orange", "oranges"),
    "avocado": ("bơ sáp", "bơ 034", "quả bơ", "trái bơ", "avocado"),
    "passionfruit": ("chanh leo", "chanh dây", "passion fruit"),
    "custardapple": ("na chi lăng", "mãng cầu ta", "quả na", "na dai", "custard apple"),
    "plum": ("mận", "mận hậu", "plum", "plums"),
    "wax_coconut": ("dừa sáp", "makapuno", "wax coconut", "makapuno wax coconut"),
    "coconut": ("dừa", "dừa xiêm", "coconut", "coconuts"),
    "coconut_nectar": ("mật hoa dừa", "mật dừa", "coconut nectar", "coconut flower nectar"),
    "coconut_candy": ("kẹo dừa", "coconut candy"),
    "coconut_oil": ("dầu dừa", "coconut oil", "virgin coconut oil"),
    "shallot": ("hành tím", "shallot", "shallots"),
    "garlic": ("tỏi", "garlic"),
    "chicken": ("gà", "gà đồi", "chicken"),
    "shrimp": ("tôm", "tôm sú", "tôm thẻ", "shrimp", "prawn", "prawns"),
    "sour_shrimp": ("tôm chua", "sour shrimp", "fermented sour shrimp"),
    "crab": ("cua", "crab", "mud crab"),
    "pangasius": ("cá tra", "cá basa", "pangasius", "basa"),
    "glutinous+rice": ("gạo nếp", "nếp cái hoa vàng", "nếp tú lệ", "glutinous rice", "sticky rice"),
    "rice": ("gạo", "rice"),
    "rice_spirit": ("rượu gạo", "rượu nếp", "rice spirit", "rice wine"),
    "rice_noodle": ("mì chũ", "mì gạo", "bún khô", "rice noodle", "rice noodles", "chu rice noodles"),
    "rice_paper": ("bánh tráng", "bánh đa nem", "rice paper"),
    "scorched_rice": ("cơm cháy", "crispy rice", "scorched rice", "crispy scorched rice"),
    "lotus_seed": ("hạt sen", "lotus seed", "lotus seeds"),
    "honey": ("mật ong", "honey"),
    "bird_nest": ("tổ yến", "yến sào", "bird's nest", "birds nest", "bird nest"),
    "pho": ("phở", "phở khô", "pho"),
    "glass_noodle": ("miến", "miến dong", "glass noodle", "glass noodles", "canna glass noodles"),
    "pia": ("bánh pía", "bánh pia", "pia cake"),
    "cashew": ("hạt điều", "điều rang", "cashew", "cashews", "cashew nut"),
    "macadamia": ("mắc ca", "macca", "macadamia"),
    "jackfruit": ("mít", "jackfruit"),
    "persimmon": ("hồng treo gió", "hồng giòn", "quả hồng", "persimmon"),
    "shiitake": ("nấm hương", "shiitake"),
    "bamboo_shoot": ("măng", "bamboo shoot", "bamboo shoots"),
    "turmeric": ("nghệ", "turmeric"),
    "starch": ("tinh bột", "starch"),
    "buffalo": ("trâu", "thịt trâu", "buffalo", "buffalo meat"),
    "sausage": ("lạp xưởng", "lạp sườn", "cured sausage", "sausage"),
    "squid_cake": ("chả mực", "squid cake"),
    "squid": ("mực", "squid"),
    "duck_egg": ("trứng vịt", "duck egg", "duck eggs"),
    "fish_sauce": ("nước mắm", "fish sauce"),
    "soy_paste": ("tương bần", "tương nam đàn", "soybean sauce", "soybean paste", "fermented soybean sauce"),
    "pepper": ("hồ tiêu", "tiêu đen", "hạt tiêu", "pepper", "black pepper"),
    "star_anise": ("hoa hồi", "star anise"),
    "cinnamon_oil": ("tinh dầu quế", "cinnamon oil", "cassia oil", "cassia cinnamon oil"),
    "cinnamon": ("quế", "quế thanh", "quế vụn", "cinnamon", "cassia", "cassia cinnamon"),
    "salt": ("muối biển", "muối hầm", "sea salt"),
    "artichoke+tea": ("trà atisô", "trà atiso", "artichoke tea"),
    "artichoke": ("atisô", "atiso", "artichoke"),
    "tea": ("chè", "trà", "tea"),
    "shan": ("shan tuyết", "shan tuyet", "ancient tree"),
    "oolong": ("ô long", "oolong"),
    "lotus_scented": ("ướp sen", "lotus scented"),
    "coffee": ("cà phê", "cafe", "coffee"),
    "robusta": ("robusta",),
    "arabica": ("arabica",),
    "chocolate": ("sô cô la", "socola", "chocolate"),
    "cocoa": ("ca cao", "cacao", "cocoa"),
    "fruit_wine": ("rượu vang", "vang sim", "vang mận", "fruit wine", "plum fruit wine"),
    "mineral_water": ("nước khoáng", "mineral water", "natural mineral water"),
    "mulberry": ("dâu tằm", "mulberry"),
    "extract": ("cao dược liệu", "herbal extract", "cà gai leo"),
    "ginseng": ("sâm", "sâm ngọc linh", "ginseng"),
    "shampoo": ("dầu gội", "shampoo"),
    "cajuput": ("dầu tràm", "tinh dầu tràm", "cajuput oil"),
    "cordyceps": ("đông trùng hạ thảo", "cordyceps"),
    "bamboo_ware": ("tre đan", "woven bamboo"),
    "rattan": ("mây đan", "hàng mây", "rattan"),
    "sedge": ("cói", "hàng cói", "sedge"),
    "ceramic": ("gốm", "gốm sứ", "ceramic", "ceramics", "pottery"),
    "lacquer": ("sơn mài", "lacquer", "lacquerware"),
    "incense": ("hương trầm", "nhang", "hương nhang", "trầm hương", "incense", "incense sticks"),
    "lotus_silk": ("tơ sen", "lotus silk"),
    "silk": ("lụa", "tơ tằm", "silk"),
    "brocade": ("thổ cẩm", "brocade"),
    "conical_hat": ("nón lá", "nón chuông", "conical hat", "palm leaf hat"),
    "orchid": ("hoa lan", "phong lan", "orchid"),
    "kumquat": ("quất cảnh", "kumquat"),
    "ornamental_fish": ("cá cảnh", "ornamental fish"),
    "homestay": ("homestay", "du lịch cộng đồng"),
    "cake": ("bánh", "cake", "cookies"),
    "candy": ("kẹo", "candy"),
    "jam": ("mứt", "jam"),
    "juice": ("nước ép", "nước cốt", "juice"),
    "vinegar": ("giấm", "dấm", "vinegar"),
    "wine": ("rượu", "wine"),
    "sauce": ("sốt", "nước chấm", "sauce"),
    # How it was worked on.
    "dried": ("sấy", "khô", "sấy khô", "sấy dẻo", "sấy giòn", "dried", "dry", "chips"),
    "fresh": ("tươi", "fresh"),
    "frozen": ("đông lạnh", "frozen"),
    "roasted": ("rang", "roasted"),
    "roasted+ground": ("rang xay",),
    "powder": ("bột", "powder"),
    "ground": ("xay", "ground"),
    "green": ("nhân xanh", "cà phê nhân xanh", "unroasted"),
    "coffee+green": ("cà phê nhân", "green coffee"),
    "oil": ("tinh dầu", "dầu", "essential oil", "oil"),
    "smoked": ("gác bếp", "hun khói", "smoked"),
    "salted": ("muối", "salted"),
}

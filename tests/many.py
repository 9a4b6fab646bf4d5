"""Many customers alike: c0, c1, ..., each with one address and one mail service."""
import os


def address(i):
    return f"10.9.0.{i + 1}"


def customers(d, count):
    """Imports that many."""
    rows = ["type,id,customer,class,kind,resource,service,language,name,email,from"]
    for i in range(count):
        rows.append(f"customer,c{i},,business,,,,en,Customer {i},c{i}@customers.example,2026-01-01T00:00:00Z")
        rows.append(f"service,s{i},c{i},,mail,,,,,,2026-01-01T00:00:00Z")
        rows.append(f"prefix,p{i},c{i},,static,{address(i)}/32,s{i},,,,2026-01-01T00:00:00Z")
    path = os.path.join(d.dir, "registry.csv")
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(rows) + "\n")
    d.check("registry", "import", path)

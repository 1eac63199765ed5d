"""A rule of one's own: a tariff on electronics that follows their imports. Run it with ``python examples/own_rule.py``."""

import sim
from sim.rules import Decision, Rule


class ElectronicsTariff(Rule):
    """Tariff t = t⁰ + max(0, m − m⁰), where m is the share of imports in home use of electronics."""

    name, lever = "electronics-tariff", "tariff"
    sentence = "Imports supply {share:.1%} of the electronics used at home, {rise:.2%}pt more than in the base year."

    def decide(self, agent, seen):
        share = seen.imported("electronics")
        rise = max(0.0, share - seen.imported("electronics", seen.first))
        return Decision(rise * self.world.sectors("electronics"), share=share, rise=rise)


if __name__ == "__main__":
    result = sim.run("ai-divide", rules=[ElectronicsTariff()])
    decided = result.decisions.query("kind == 'electronics-tariff'")
    print(decided[["year", "economy", "partner", "sector", "before", "after", "reason"]].to_string(index=False))
    print("All accounting checks passed." if result.passed else "An accounting check failed.")

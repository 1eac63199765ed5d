"""How machines spread and what they take from labour: arrays in, arrays out; equations stand in :mod:`sim.rules.automation`."""

import numpy as np
from numpy.typing import ArrayLike

from sim.state import Array


def observed_adoption(before: Array, step: Array, *, otherwise: Array) -> Array:
    """Adoption moved by an observed change of its log-odds, K' = K e^Δ / (1 + K (e^Δ − 1)); ``otherwise`` where it is NaN."""
    factor = np.exp(np.where(np.isnan(step), 0.0, step))
    return np.where(np.isnan(step), otherwise, before * factor / (1.0 + before * (factor - 1.0)))


def home_share(given: Array, open_source: Array) -> Array:
    """Home share of AI services, h + (1 − h)·o: services on open-source models are run at home."""
    result: Array = given + (1.0 - given) * open_source
    return result


def frontier_access(provider: ArrayLike, *, base_access: ArrayLike, openness: ArrayLike, sharing: ArrayLike) -> Array:
    """Access to the technological frontier, π = provider + (1 − provider)·[b + (1 − b)(1 − (1 − o)(1 − τ))].

    - ``provider`` (array_like of bool): true for economies that make the technology; they have full access.
    - ``base_access`` (array_like in [0, 1]): access b of the others without help.
    - ``openness`` (array_like in [0, 1]): open-source deployment o: share of the remaining gap closed by models that
      anyone may run.
    - ``sharing`` (array_like in [0, 1]): technology sharing τ by the providers: closes its share of what openness
      leaves.

    Returns ndarray in [0, 1].
    """
    base, closed = np.asarray(base_access, float), (1.0 - np.asarray(openness)) * (1.0 - np.asarray(sharing))
    return np.where(provider, 1.0, base + (1.0 - base) * (1.0 - closed))


def machine_saving(base: ArrayLike, *, gradient: ArrayLike, relative_wage: ArrayLike) -> Array:
    """Cost of machines relative to the labour they replace in the base year, μ_r = μ (ω_ref / ω_r)^φ.

    - ``base`` (array_like): μ at the reference wage; below 1 machines are cheaper than labour.
    - ``gradient`` (array_like): φ; 0 makes the saving the same everywhere, 1 makes it proportional to wages.
    - ``relative_wage`` (array_like): ω_r / ω_ref, labour income per worker against the reference economy.
    """
    result: Array = np.asarray(base, float) * np.asarray(relative_wage, float) ** -np.asarray(gradient, float)
    return result


def profit(saving: ArrayLike, machine_cost: ArrayLike, wage: ArrayLike) -> Array:
    """Share of labour cost saved by a machine, m = max(0, 1 − μ q̂ / ŵ), with the hats relative to the base year."""
    result: Array = np.maximum(0.0, 1.0 - np.asarray(saving) * np.asarray(machine_cost) / np.asarray(wage))
    return result


def diffusion_rate(speed: ArrayLike, *, gain: ArrayLike, capability: ArrayLike, access: ArrayLike) -> Array:
    """Yearly logistic rate s·m·h·π: speed at full saving times saving, capability and access to the frontier."""
    result: Array = np.asarray(speed) * np.asarray(gain) * np.asarray(capability) * np.asarray(access)
    return result


def diffuse(adoption: ArrayLike, rate: ArrayLike, ceiling: ArrayLike) -> Array:
    """One year of logistic diffusion dK/dt = rate·K·(1 − K/C), solved exactly: K' = C / (1 + (C/K − 1) e^{−rate}).

    Adoption never overshoots the ceiling, never falls (installed machines stay) and never starts from zero: somebody
    must have seen the technology.

    >>> diffuse(0.5, np.log(3.0), 1.0).round(6).item()
    0.75
    """
    level, top, pace = np.asarray(adoption, float), np.asarray(ceiling, float), np.asarray(rate, float)
    spreads = (level > 0.0) & (level < top) & (pace > 0.0)
    if spreads.all():
        grown: Array = top / (1.0 + (top / level - 1.0) * np.exp(-pace))
        return grown
    safe = np.where(spreads, level, 1.0)
    return np.where(spreads, top / (1.0 + (top / safe - 1.0) * np.exp(-pace)), level)


def automated_tasks(exposure: Array, adoption: Array, base_adoption: Array) -> Array:
    """Labour tasks newly done by machines, a = 1 − (1 − x K_y) / (1 − x K_0).

    - ``exposure`` (ndarray, shape (N,), share in [0, 1)): share x of the sector's labour tasks that the technology can
      do at full adoption.
    - ``adoption``, ``base_adoption`` (ndarray, shape (G,), share in [0, 1]): adoption now and in the base year.

    Returns ndarray, shape (G, N): relative to the tasks labour still did in the base year; 0 where adoption is
    unchanged.
    """
    left = 1.0 - np.outer(adoption, exposure)
    left_base = 1.0 - np.outer(base_adoption, exposure)
    return 1.0 - left / left_base


def displaced_shares(
    robot_tasks: Array, ai_tasks: Array, *, reinstatement: ArrayLike, limit: float
) -> tuple[Array, Array]:
    """Displaced labour δ^R = (1 − ν) a_R and δ^A = (1 − ν)(1 − a_R) a_A, scaled so that their sum stays within a limit.

    AI takes from what robots leave; a share ν of the displaced work returns as new labour tasks (reinstatement).

    - ``robot_tasks``, ``ai_tasks`` (ndarray, shape (G, N)): from :func:`automated_tasks`.
    - ``reinstatement`` (array_like, scalar or shape (G,)): ν in [0, 1].
    - ``limit`` (float): largest sum of the two; labour stays essential everywhere.

    Returns (ndarray, ndarray), shapes (G, N): shares of labour tasks done by robots and by AI since the base year; 0
    where adoption fell below it.

    Acemoglu & Restrepo (2019), Journal of Economic Perspectives 33(2), on displacement and reinstatement.
    """
    kept = np.asarray(1.0 - np.asarray(reinstatement, float))
    kept = kept[:, None] if kept.ndim else kept
    robot_tasks, ai_tasks = np.maximum(robot_tasks, 0.0), np.maximum(ai_tasks, 0.0)
    robots, ai = kept * robot_tasks, kept * (1.0 - robot_tasks) * ai_tasks
    total = robots + ai
    if total.max(initial=0.0) <= limit:
        return robots, ai
    scale = np.where(total > limit, limit / np.where(total > 0, total, 1.0), 1.0)
    return robots * scale, ai * scale

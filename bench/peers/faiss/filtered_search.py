"""FAISS beside the suite `retrieval`: the same vectors, queries and filters from files, one thread, one query at a time.

Usage: filtered_search.py SET_FOLDER CACHE_FOLDER COUNT DIMENSIONS. Commands come as lines, answers are lines of JSON:
  build                                  builds or loads every index and says what it cost
  point FOLDER WHEN                      reads the filters of a point ("none": no filter); WHEN the two bitmaps of a query
                                         are combined: "asked" (part of the query's time) or "before"
  ask PURPOSE VARIANT SETTING QUERIES    asks the first queries of "tuning" or "reporting"

A query's time holds the AND of its two bitmaps and the search. Selectors over a fixed buffer and search parameters are made
once, so that the price of Python objects is not part of it.
"""

import json
import os
import resource
import sys
import time

import faiss
import numpy as np

K = 10
CONNECTIONS = 16
EF_CONSTRUCTION = 200
# Rows in 8 bits alone miss the recall; the best of three times as many are scored again in full, as our own search does.
REFINE_FACTOR = 3.0
faiss.omp_set_num_threads(1)


def cpu_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e3


def index_kinds(count, dimensions):
    """Inverted files at two sizes of lists, plain and in 8 bits; the graph; the plain scan."""
    root = round(count**0.5)
    ip = faiss.METRIC_INNER_PRODUCT

    def graph():
        index = faiss.IndexHNSWFlat(dimensions, CONNECTIONS, ip)
        index.hnsw.efConstruction = EF_CONSTRUCTION
        return index

    kinds = {"flat": lambda: faiss.IndexFlatIP(dimensions), "hnsw": graph}
    for lists in (root, 4 * root):
        kinds[f"ivf{lists}"] = lambda lists=lists: faiss.index_factory(dimensions, f"IVF{lists},Flat", ip)
        kinds[f"ivf{lists}-sq8"] = lambda lists=lists: faiss.index_factory(dimensions, f"IVF{lists},SQ8,RFlat", ip)
    return kinds


class Peer:
    def __init__(self, set_folder, cache_folder, count, dimensions):
        self.count, self.dimensions = count, dimensions
        self.cache_folder = cache_folder
        self.vectors = np.fromfile(f"{set_folder}/vectors.f32", dtype=np.float32).reshape(count, dimensions)
        self.queries = {
            purpose: np.fromfile(f"{set_folder}/{purpose}.f32", dtype=np.float32).reshape(-1, dimensions)
            for purpose in ("tuning", "reporting")
        }
        self.words = (count + 63) // 64
        self.allowed = np.zeros(self.words, dtype=np.uint64)
        self.selector = faiss.IDSelectorBitmap(self.words * 8, faiss.swig_ptr(self.allowed.view(np.uint8)))
        self.filters = None
        self.combined_before = False
        self.indexes = {}
        self.scores = np.empty(K, dtype=np.float32)
        self.ids = np.empty(K, dtype=np.int64)

    def build(self):
        costs = {}
        for name, make in index_kinds(self.count, self.dimensions).items():
            path = f"{self.cache_folder}/faiss-{faiss.__version__}-{name}"
            if name != "flat" and os.path.exists(path):
                self.indexes[name] = faiss.read_index(path)
                continue
            index, before = make(), cpu_ms()
            if not index.is_trained:
                index.train(self.vectors)
            index.add(self.vectors)
            costs[name] = cpu_ms() - before
            if name != "flat":
                faiss.write_index(index, f"{path}.{os.getpid()}")
                os.rename(f"{path}.{os.getpid()}", path)
            self.indexes[name] = index
        variants = []
        for name, index in self.indexes.items():
            if name == "flat":
                variants += [["flat, bitmap", [0]], ["flat, ids", [0]]]
            elif name == "hnsw":
                variants.append([name, [10, 20, 40, 80, 160, 320, 640, 1280]])
            else:
                lists = faiss.extract_index_ivf(index).nlist
                ladder = [1 << power for power in range(20) if 1 << power < lists]
                variants.append([name, [*ladder, lists]])
        return {"version": faiss.__version__, "buildCpuMs": costs, "variants": variants}

    def point(self, folder, when):
        self.combined_before = when == "before"
        self.filters = None if folder == "none" else {
            purpose: np.fromfile(f"{folder}/{purpose}.bits", dtype=np.uint64).reshape(-1, 2, self.words)
            for purpose in ("tuning", "reporting")
        }
        return {}

    def ask(self, purpose, variant, setting, queries):
        prepare, search = self.searcher(variant, int(setting))
        found, micros, before = [], [], cpu_ms()
        for at in range(int(queries)):
            query = self.queries[purpose][at : at + 1]
            pair = None if self.filters is None else self.filters[purpose][at]
            started = time.perf_counter_ns()
            prepared = prepare(pair)
            if self.combined_before:
                started = time.perf_counter_ns()
            search(query, prepared)
            micros.append((time.perf_counter_ns() - started) / 1e3)
            found.append([int(one) for one in self.ids if one >= 0])
        return {"found": found, "micros": micros, "cpuMs": cpu_ms() - before}

    def searcher(self, variant, setting):
        """One query's work in two steps: what becomes of its bitmaps, and a search that leaves its answer in `self.ids`."""
        index = self.indexes[variant.split(",")[0]]
        scores, ids = faiss.swig_ptr(self.scores), faiss.swig_ptr(self.ids)
        allowed = self.allowed
        params = self.parameters(variant, setting)

        def combine(pair):
            if pair is not None:
                np.bitwise_and(pair[0], pair[1], out=allowed)

        def search(query, _):
            index.search_c(1, faiss.swig_ptr(query), K, scores, ids, params)

        def listed(pair):
            if pair is None:
                return None
            combine(pair)
            return np.flatnonzero(np.unpackbits(allowed.view(np.uint8), bitorder="little"))

        def search_listed(query, rows):
            given = faiss.SearchParameters()
            if rows is not None:
                selector = faiss.IDSelectorArray(len(rows), faiss.swig_ptr(rows))
                given.sel = selector
            index.search_c(1, faiss.swig_ptr(query), K, scores, ids, given)

        return (listed, search_listed) if variant == "flat, ids" else (combine, search)

    def parameters(self, variant, setting):
        if variant.startswith("flat"):
            params = faiss.SearchParameters()
        elif variant == "hnsw":
            params = faiss.SearchParametersHNSW()
            params.efSearch = setting
        else:
            params = faiss.SearchParametersIVF()
            params.nprobe = setting
        if self.filters is not None:
            params.sel = self.selector
        if variant.endswith("-sq8"):
            return faiss.IndexRefineSearchParameters(k_factor=REFINE_FACTOR, base_index_params=params)
        return params


def main():
    set_folder, cache_folder, count, dimensions = sys.argv[1:]
    peer = Peer(set_folder, cache_folder, int(count), int(dimensions))
    for line in sys.stdin:
        command, *arguments = line.rstrip("\n").split("\t")
        print(json.dumps(getattr(peer, command)(*arguments)), flush=True)


main()

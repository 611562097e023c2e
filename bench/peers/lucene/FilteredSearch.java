import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ConstantScoreScorer;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;

/**
 * Lucene beside the suite `retrieval`: the same vectors, queries and filters from files, one thread, one query at a time.
 * Arguments: SET_FOLDER CACHE_FOLDER COUNT DIMENSIONS. Commands come as lines, answers are lines of JSON:
 * "build", "point FOLDER WHEN" ("none": no filter), "ask PURPOSE VARIANT SETTING QUERIES", separated by tabs.
 * A query's time holds the search, and the AND of its two bitmaps unless WHEN is "before". One segment; documents are numbered as the ads are.
 */
public final class FilteredSearch {
  private static final int K = 10;
  private static final int CONNECTIONS = 16;
  private static final int EF_CONSTRUCTION = 200;
  private static final int RAM_BUFFER_MB = 1_900;
  private static final String FIELD = "vector";
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Path cache;
  private final Path set;
  private final int count;
  private final int dimensions;
  private final Map<String, DirectoryReader> readers = new LinkedHashMap<>();
  private final Map<String, float[][]> queries = new LinkedHashMap<>();
  private Map<String, long[][]> filters;
  private boolean combinedBefore;
  private final FixedBitSet allowed;

  private FilteredSearch(String[] arguments) throws IOException {
    set = Path.of(arguments[0]);
    cache = Path.of(arguments[1]);
    count = Integer.parseInt(arguments[2]);
    dimensions = Integer.parseInt(arguments[3]);
    allowed = new FixedBitSet(count);
    for (String purpose : List.of("tuning", "reporting")) queries.put(purpose, floats(set.resolve(purpose + ".f32")));
  }

  public static void main(String[] arguments) throws IOException {
    FilteredSearch peer = new FilteredSearch(arguments);
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split("\t");
      System.out.println(
          switch (words[0]) {
            case "build" -> peer.build();
            case "point" -> peer.point(words[1], words[2].equals("before"));
            case "ask" -> peer.ask(words[1], words[2], Integer.parseInt(words[3]), Integer.parseInt(words[4]));
            default -> throw new IllegalArgumentException(line);
          });
    }
  }

  private String build() throws IOException {
    StringBuilder costs = new StringBuilder();
    for (String kind : List.of("f32", "int8")) {
      Path path = cache.resolve("lucene-10.6.0-" + kind);
      if (!Files.exists(path)) {
        long before = THREADS.getCurrentThreadCpuTime();
        write(path, kind);
        if (costs.length() > 0) costs.append(',');
        costs.append("\"hnsw-").append(kind).append("\":").append((THREADS.getCurrentThreadCpuTime() - before) / 1e6);
      }
      DirectoryReader reader = DirectoryReader.open(new MMapDirectory(path));
      if (reader.leaves().size() != 1) throw new IllegalStateException("the index has more than one segment");
      readers.put(kind, reader);
    }
    String ladder = "[10,15,20,30,40,60,80,160,320,640,1280]";
    return "{\"version\":\"10.6.0 on JDK " + Runtime.version().feature() + "\",\"buildCpuMs\":{" + costs
        + "},\"variants\":[[\"query-f32\"," + ladder + "],[\"graph-f32\"," + ladder + "],[\"query-int8\"," + ladder
        + "],[\"graph-int8\"," + ladder + "],[\"exact-f32\",[0]]]}";
  }

  private void write(Path path, String kind) throws IOException {
    KnnVectorsFormat format =
        kind.equals("f32")
            ? new Lucene99HnswVectorsFormat(CONNECTIONS, EF_CONSTRUCTION)
            : new Lucene104HnswScalarQuantizedVectorsFormat(CONNECTIONS, EF_CONSTRUCTION);
    IndexWriterConfig config = new IndexWriterConfig();
    config.setCodec(
        new Lucene104Codec() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return format;
          }
        });
    config.setRAMBufferSizeMB(RAM_BUFFER_MB);
    config.setUseCompoundFile(false);
    // One flush makes one segment in the order of the ads; a merge could reorder them.
    config.setMergePolicy(NoMergePolicy.INSTANCE);
    Path partial = path.resolveSibling(path.getFileName() + "." + ProcessHandle.current().pid());
    try (IndexWriter writer = new IndexWriter(new MMapDirectory(partial), config)) {
      for (float[] vector : floats(set.resolve("vectors.f32"))) {
        Document document = new Document();
        document.add(new KnnFloatVectorField(FIELD, vector, VectorSimilarityFunction.DOT_PRODUCT));
        writer.addDocument(document);
      }
    }
    Files.move(partial, path);
  }

  private String point(String folder, boolean before) throws IOException {
    combinedBefore = before;
    filters = null;
    if (folder.equals("none")) return "{}";
    filters = new LinkedHashMap<>();
    for (String purpose : queries.keySet()) filters.put(purpose, longs(Path.of(folder, purpose + ".bits")));
    return "{}";
  }

  private String ask(String purpose, String variant, int setting, int asked) throws IOException {
    String[] parts = variant.split("-");
    DirectoryReader reader = readers.get(parts[1]);
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
    LeafReader leaf = reader.leaves().get(0).reader();
    StringBuilder found = new StringBuilder();
    StringBuilder micros = new StringBuilder();
    long before = THREADS.getCurrentThreadCpuTime();
    for (int at = 0; at < asked; at++) {
      float[] query = queries.get(purpose)[at];
      long started = System.nanoTime();
      FixedBitSet passing = filters == null ? null : combine(filters.get(purpose), at);
      if (combinedBefore) started = System.nanoTime();
      ScoreDoc[] best =
          switch (parts[0]) {
            case "query" -> queryIndex(searcher, query, passing, setting);
            case "graph" -> searchGraph(leaf, query, passing, setting);
            default -> scan(leaf, query, passing);
          };
      double spent = (System.nanoTime() - started) / 1e3;
      if (at > 0) {
        found.append(',');
        micros.append(',');
      }
      micros.append(spent);
      appendIds(found, best);
    }
    double cpuMs = (THREADS.getCurrentThreadCpuTime() - before) / 1e6;
    return "{\"found\":[" + found + "],\"micros\":[" + micros + "],\"cpuMs\":" + cpuMs + "}";
  }

  private FixedBitSet combine(long[][] pairs, int at) {
    long[] one = pairs[2 * at];
    long[] other = pairs[2 * at + 1];
    long[] into = allowed.getBits();
    for (int word = 0; word < into.length; word++) into[word] = one[word] & other[word];
    return allowed;
  }

  /** Lucene's own choice between graph and scan. */
  private static ScoreDoc[] queryIndex(IndexSearcher searcher, float[] query, FixedBitSet passing, int candidates)
      throws IOException {
    Query filter = passing == null ? null : new BitSetQuery(passing);
    return searcher.search(new KnnFloatVectorQuery(FIELD, query, candidates, filter), K).scoreDocs;
  }

  /** The graph whatever the filter. */
  private ScoreDoc[] searchGraph(LeafReader leaf, float[] query, FixedBitSet passing, int candidates)
      throws IOException {
    AcceptDocs accepted =
        passing == null
            ? AcceptDocs.fromLiveDocs(null, count)
            : AcceptDocs.fromIteratorSupplier(() -> new BitSetIterator(passing, passing.cardinality()), null, count);
    return leaf.searchNearestVectors(FIELD, query, candidates, accepted, Integer.MAX_VALUE).scoreDocs;
  }

  private ScoreDoc[] scan(LeafReader leaf, float[] query, FixedBitSet passing) throws IOException {
    FloatVectorValues values = leaf.getFloatVectorValues(FIELD);
    VectorScorer scorer = values.scorer(query);
    DocIdSetIterator rows = scorer.iterator();
    float[] scores = new float[K];
    int[] ids = new int[K];
    int held = 0;
    int row = passing == null ? 0 : passing.nextSetBit(0);
    while (row < count && row != DocIdSetIterator.NO_MORE_DOCS) {
      rows.advance(row);
      float score = scorer.score();
      if (held < K || score > scores[K - 1]) {
        int place = held < K ? held++ : K - 1;
        for (; place > 0 && scores[place - 1] < score; place--) {
          scores[place] = scores[place - 1];
          ids[place] = ids[place - 1];
        }
        scores[place] = score;
        ids[place] = row;
      }
      if (row + 1 >= count) break;
      row = passing == null ? row + 1 : passing.nextSetBit(row + 1);
    }
    ScoreDoc[] best = new ScoreDoc[held];
    for (int rank = 0; rank < held; rank++) best[rank] = new ScoreDoc(ids[rank], scores[rank]);
    return best;
  }

  private static void appendIds(StringBuilder into, ScoreDoc[] best) {
    into.append('[');
    for (int rank = 0; rank < Math.min(K, best.length); rank++) {
      if (rank > 0) into.append(',');
      into.append(best[rank].doc);
    }
    into.append(']');
  }

  private float[][] floats(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      var values = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      float[][] rows = new float[values.capacity() / dimensions][dimensions];
      for (float[] row : rows) values.get(row);
      return rows;
    }
  }

  private long[][] longs(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      var values = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
      int words = (count + 63) / 64;
      long[][] rows = new long[values.capacity() / words][words];
      for (long[] row : rows) values.get(row);
      return rows;
    }
  }

  /** The documents of a bitmap. */
  private static final class BitSetQuery extends Query {
    private final FixedBitSet bits;

    BitSetQuery(FixedBitSet bits) {
      this.bits = bits;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode mode, float boost) {
      return new ConstantScoreWeight(this, boost) {
        @Override
        public ScorerSupplier scorerSupplier(LeafReaderContext context) {
          int cardinality = bits.cardinality();
          return new ScorerSupplier() {
            @Override
            public Scorer get(long leadCost) {
              return new ConstantScoreScorer(score(), mode, new BitSetIterator(bits, cardinality));
            }

            @Override
            public long cost() {
              return cardinality;
            }
          };
        }

        @Override
        public boolean isCacheable(LeafReaderContext context) {
          return false;
        }
      };
    }

    @Override
    public String toString(String field) {
      return "bits";
    }

    @Override
    public void visit(QueryVisitor visitor) {
      visitor.visitLeaf(this);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}

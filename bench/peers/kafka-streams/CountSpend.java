import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Events and spend per ad and minute of event time, exactly once, by Kafka Streams. Prints "starting" before the first
 * record is read and "done" with its sums once the offsets of all records are committed.
 * Arguments: brokers, topic, records, folder for state.
 */
public final class CountSpend {
  record Event(String eventId, long timeMs, int adId, String action, String surface, long spendMicros) {}

  record Total(long events, long spendMicros) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicLong counted = new AtomicLong();

  public static void main(String[] arguments) throws Exception {
    String brokers = arguments[0];
    String topic = arguments[1];
    long records = Long.parseLong(arguments[2]);
    String group = "count-spend-peer-" + ProcessHandle.current().pid();

    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[3]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");

    KafkaStreams streams = new KafkaStreams(topology(topic).build(), settings);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      System.out.println("starting");
      streams.start();
      while (counted.get() < records || committed(admin, group, topic) < records) Thread.sleep(20);
      System.out.println("done " + sums(streams));
    }
    System.in.read();
    streams.close();
  }

  private static StreamsBuilder topology(String topic) {
    Serde<Event> event = Serdes.serdeFrom(unused(), CountSpend::readEvent);
    Serde<Total> total = Serdes.serdeFrom(CountSpend::writeTotal, CountSpend::readTotal);
    StreamsBuilder builder = new StreamsBuilder();
    builder
        .stream(
            topic,
            Consumed.with(Serdes.String(), event)
                .withTimestampExtractor((found, before) -> ((Event) found.value()).timeMs()))
        .groupByKey(Grouped.with(Serdes.String(), event))
        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(1), Duration.ofMinutes(1)))
        .aggregate(
            () -> new Total(0, 0),
            (ad, found, before) -> {
              counted.incrementAndGet();
              return new Total(before.events() + 1, before.spendMicros() + found.spendMicros());
            },
            Materialized.<String, Total, WindowStore<Bytes, byte[]>>as("totals")
                .withKeySerde(Serdes.String())
                .withValueSerde(total));
    return builder;
  }

  private static long committed(Admin admin, String group, String topic) throws Exception {
    long next = 0;
    for (var entry : admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet())
      if (entry.getKey().topic().equals(topic) && entry.getValue() != null) next += entry.getValue().offset();
    return next;
  }

  private static String sums(KafkaStreams streams) {
    long keys = 0;
    long events = 0;
    long spend = 0;
    var store =
        streams.store(
            StoreQueryParameters.fromNameAndType("totals", QueryableStoreTypes.<String, Total>windowStore()));
    try (var all = store.all()) {
      while (all.hasNext()) {
        Total total = all.next().value;
        keys++;
        events += total.events();
        spend += total.spendMicros();
      }
    }
    return "{\"rows\":" + keys + ",\"events\":" + events + ",\"spendMicros\":" + spend + "}";
  }

  private static Event readEvent(String topic, byte[] bytes) {
    try {
      return JSON.readValue(bytes, Event.class);
    } catch (java.io.IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  private static byte[] writeTotal(String topic, Total total) {
    if (total == null) return null;
    return ByteBuffer.allocate(16).putLong(total.events()).putLong(total.spendMicros()).array();
  }

  private static Total readTotal(String topic, byte[] bytes) {
    if (bytes == null) return null;
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Total(buffer.getLong(), buffer.getLong());
  }

  private static Serializer<Event> unused() {
    return (topic, event) -> {
      throw new UnsupportedOperationException();
    };
  }
}

using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Labeling;
using SealerRecover.Recovery.Bench;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

public class BenchTests
{
    [Fact]
    public void Text_shows_speeds_against_yardstick_and_reference_and_what_does_not_fit()
    {
        using StringWriter output = new();
        new PlainView(output, TextWriter.Null, new FixedTime(), verbose: false).Answered(Example(1, ReferenceSpeeds.Zen5));
        string text = output.ToString();
        Assert.Contains("yardstick   SHA-256 of 16 KiB by the platform: 40.0 ns", text, StringComparison.Ordinal);
        Assert.Contains("on one core of this class, Zen 5:", text, StringComparison.Ordinal);
        Assert.Matches(@"label, 1 sector +sha-ni +1\.25 M +800 ns +20\.0 +1\.50", text);
        Assert.Matches(@"label, 16 sectors +avx512f +5\.00 M +200 ns +5\.0 +6\.00", text);
        Assert.Matches(@"Poseidon 8 +ifma +250\.0 k +4000 ns +100\.0 +11\.20", text);
        Assert.Matches(@"parents, 32GiB +1\.00 M +1000 ns +25\.0 +9\.08", text);
        Assert.Matches(@"1 x 32GiB +1 +1 \+ 1 ahead of 2 +2 h 22 min .* cores +64\.1 GiB \(!\) +352\.1 GiB +32\.1 GiB", text);
        Assert.Contains("(!) more than the memory there is", text, StringComparison.Ordinal);
        Assert.DoesNotContain("busy with something else", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_busy_machine_is_told_of()
    {
        using StringWriter output = new();
        new PlainView(output, TextWriter.Null, new FixedTime(), verbose: false).Answered(Example(0.5, ReferenceSpeeds.Zen5));
        Assert.Contains("busy with something else", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_holds_the_same_in_plain_units()
    {
        using StringWriter output = new();
        new JsonView(output, TextWriter.Null, new FixedTime(), verbose: false).Answered(Example(1, ReferenceSpeeds.Zen5));
        JsonObject bench = JsonNode.Parse(output.ToString())!.AsObject();
        Assert.Equal("bench", (string?)bench["event"]);
        Assert.Equal(40.0, (double?)bench["yardstick_nanoseconds"]);
        JsonObject label = bench["speeds"]![0]!.AsObject();
        Assert.Equal(("label", "sha-ni", 1), ((string?)label["what"], (string?)label["kernel"], (int?)label["sectors_together"]));
        Assert.Equal(1.25e6, (double?)label["per_second"]);
        Assert.Equal(1.5, (double?)label["times_reference"]);
        Assert.Equal(32L << 30, (long?)bench["speeds"]!.AsArray().Single(speed => (string?)speed!["what"] == "parents")!["sector_size"]);
        Assert.Equal(1e9, (double?)bench["disk"]!["write_bytes_per_second"]);
        JsonObject estimate = bench["estimates"]![0]!.AsObject();
        Assert.Equal(("cores", 1, false), ((string?)estimate["bound_by"], (int?)estimate["sector_count"], (bool?)estimate["memory_suffices"]));
        Assert.Equal(("sha-ni", 1, 0), ((string?)estimate["cores"]!["kernels"]![0], (int?)estimate["cores"]!["look_ahead_threads"], (int?)estimate["cores"]!["free_cores"]));
        Assert.Equal(LabelLanes.LookAheadShare * 11.0 * (1L << 30) / 1.25e6, (double)estimate["pc1_seconds"]! - 34.359738368, 0.1);
    }

    [Fact]
    public void No_ratio_is_told_to_what_was_not_measured_on_such_a_processor()
    {
        using StringWriter text = new();
        new PlainView(text, TextWriter.Null, new FixedTime(), verbose: false).Answered(Example(1, reference: null));
        Assert.Contains("so there are no ratios to it", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("x reference", text.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"Poseidon 8 +ifma +250\.0 k +4000 ns +100\.0\s*\n", text.ToString());

        using StringWriter json = new();
        new JsonView(json, TextWriter.Null, new FixedTime(), verbose: false).Answered(Example(1, ReferenceSpeeds.EmeraldRapids));
        JsonObject bench = JsonNode.Parse(json.ToString())!.AsObject();
        Assert.Equal("Emerald Rapids", (string?)bench["reference"]);
        Assert.Equal(1.765, (double?)bench["speeds"]![0]!["times_reference"]);
        Assert.Null(bench["speeds"]!.AsArray().Single(speed => (string?)speed!["what"] == "parents")!["times_reference"]);
    }

    [Fact]
    public void Devices_are_told_each_by_itself_with_what_they_are_worth_and_so_is_what_fits()
    {
        BenchAnswer example = Example(1, ReferenceSpeeds.Zen5);
        example = example with
        {
            Speeds = example.Speeds with
            {
                Devices = [new("Fake 3000", 8, new Speed(5e6, 5e6)), new("Fake 3000", 11, new Speed(2.5e6, 2.5e6))],
                CoresBeside = new Dictionary<int, double> { [8] = 16, [11] = 10.7 },
            },
            Fits = SectorSize.MiB512,
        };
        using StringWriter text = new();
        new PlainView(text, TextWriter.Null, new FixedTime(), verbose: false).Answered(example);
        Assert.Contains("as 10.7 cores more for columns and 16.0 for nodes:", text.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"Poseidon 11 +Fake 3000 +2\.50 M +400 ns", text.ToString());
        Assert.Contains("24.0 GiB, in which sectors of up to 512MiB fit; the time is that", text.ToString(), StringComparison.Ordinal);

        using StringWriter json = new();
        new JsonView(json, TextWriter.Null, new FixedTime(), verbose: false).Answered(example);
        JsonObject bench = JsonNode.Parse(json.ToString())!.AsObject();
        Assert.Equal((5e6, 16.0), ((double)bench["devices"]![0]!["per_second"]!, (double)bench["devices"]![0]!["cores_beside"]!));
        Assert.Equal(512L << 20, (long?)bench["fitting_sector_size"]);
    }

    private static BenchAnswer Example(double medianShare, ReferenceSpeeds? reference)
    {
        Speed Rate(double perSecond) => new(perSecond, perSecond * medianShare);
        MachineSpeeds speeds = new()
        {
            Processor = "Test processor",
            Reference = reference,
            Cores = 2,
            Memory = 24L << 30,
            Yardstick = Rate(25e6),
            Labels = [new(new LabelVariant("sha-ni", 1), Rate(1.25e6)), new(new LabelVariant("avx512f", 16), Rate(5e6))],
            Poseidon = [new("ifma", 8, Rate(250e3)), new("ifma", 11, Rate(170e3))],
            Parents = [new(SectorSize.GiB32, Rate(1e6))],
            Disk = new DiskSpeed("/temp", 1e9, 1e9, 1L << 40),
        };
        return new BenchAnswer(speeds, [new SectorEstimator(speeds).For(SectorSize.GiB32, 1)]);
    }
}

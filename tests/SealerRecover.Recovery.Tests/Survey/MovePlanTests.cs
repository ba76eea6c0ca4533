using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Tests.Survey;

/// <summary>Renamings come in an order in which none finds its new name taken, whatever lies where.</summary>
public sealed class MovePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("1>2 2>1", 3, 0)]
    [InlineData("1>2 2>3 3>1", 4, 0)]
    [InlineData("1>2 2>8", 2, 0)]
    [InlineData("2>8 1>2 4>5 5>4", 5, 0)]
    [InlineData("1>7 7>8", 2, 0)]
    [InlineData("1>2 2>6", 3, 1)]
    [InlineData("1>6", 2, 1)]
    [InlineData("1>6 2>1", 3, 1)]
    [InlineData("1>9 2>9", 1, 0)]
    public void Nothing_is_replaced_and_everything_arrives(string moves, int steps, int aside)
    {
        using TestFolder folder = new();
        foreach (int number in Enumerable.Range(1, 7))
        {
            folder.Write($"root/sealed/s-t01000-{number}", $"{number}");
        }

        (string From, string To)[] wanted = [.. moves.Split(' ').Select(move => move.Split('>')).Select(ends => (ends[0], ends[1]))];
        IReadOnlyList<MoveStep> plan = MovePlan.For(wanted.Select(move => Misplaced(folder, move.From, move.To)), Now);

        Assert.Equal((steps, aside), (plan.Count, plan.Count(step => step.IsAside)));
        MovePlan.Make(plan, LinuxFileSystem.Instance, step => Assert.False(File.Exists(step.From)));
        Assert.All(wanted.DistinctBy(move => move.To), move => Assert.Equal(move.From, File.ReadAllText(Path(folder, move.To))));
        Assert.Equal(
            ["1", "2", "3", "4", "5", "6", "7"],
            Directory.EnumerateFiles(folder.At("root"), "*", SearchOption.AllDirectories).Select(File.ReadAllText).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_came_to_stand_in_the_way_meanwhile_stays()
    {
        using TestFolder folder = new();
        folder.Write("root/sealed/s-t01000-1", "1");
        IReadOnlyList<MoveStep> plan = MovePlan.For([Misplaced(folder, "1", "2")], Now);
        folder.Write("root/sealed/s-t01000-2", "2");
        OperatorException refused = Assert.Throws<OperatorException>(() => MovePlan.Make(plan, LinuxFileSystem.Instance, _ => { }));
        Assert.Equal(FailureKind.TargetExists, refused.Kind);
        Assert.Equal(("1", "2"), (File.ReadAllText(Path(folder, "1")), File.ReadAllText(Path(folder, "2"))));
    }

    [Theory]
    [InlineData(16384, 32L << 30, 1000, 1000.0 / (2 << 20))]
    [InlineData(4096, 8L << 20, 10, 10.0 / 2048)]
    [InlineData(256, 8L << 20, 10, 1.0 / 2048)]
    [InlineData(256, 2048, 1, 1.0)]
    [InlineData(256, 2048, 0, 0.0)]
    public void A_sample_is_worth_the_blocks_it_reads_of(long stretch, long size, int count, double chance)
    {
        ReadSample sample = ReadSample.From(Enumerable.Range(0, count).SelectMany(number => new long[] { number, number }), stretch, new SectorSize(size));
        Assert.Equal(new ReadSample(count, size / stretch, stretch, chance), sample);
    }

    private static string Path(TestFolder folder, string number) => folder.At($"root/sealed/s-t01000-{number}");

    private static MisplacedFiles Misplaced(TestFolder folder, string from, string to)
    {
        SectorId Sector(string number) => new(new ActorId(1000), ulong.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
        return new MisplacedFiles(Path(folder, from), Sector(from), Sector(to), SectorPart.Sealed, IsFolder: false)
        {
            To = Path(folder, to),
            Judged = new ReplicaSurvey
            {
                Replica = new FileSurvey("sealed", []),
                PAux = new FileSurvey(CacheNames.PAux, []),
                TAux = new FileSurvey(CacheNames.TAux, []),
                TreeRLast = [],
                Extra = [],
            },
        };
    }
}

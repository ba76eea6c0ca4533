using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Unsealing;

namespace SealerRecover.Recovery.Tests.Unsealing;

/// <summary>Pieces of many sectors: all that can come out does, and no sector is labelled that need not be, or twice.</summary>
public sealed class ManyUnsealerTests : IDisposable
{
    private readonly DataSectors _sectors = new();
    private readonly RecordingObserver _observer = new();
    private readonly FakeProbe _probe = new();
    private readonly CountedLabels _labels;

    public ManyUnsealerTests() => _labels = new CountedLabels(new RecoverySettings
    {
        TempFolder = _sectors.Temp,
        ResultFolder = _sectors.Temp,
        ParentCacheFolder = _sectors.Parents,
        Threads = 2,
        ParentWindowNodes = 64,
    });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _sectors.Dispose();

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, null)]
    [InlineData(4, 3)]
    public void Forty_pieces_of_twelve_sectors_take_twelve_labellings(int threads, int? parallel)
    {
        // Three or four pieces of each are wanted. Two more sectors, which are looked at first, hold copies that nobody needs.
        DataPiece[] pieces = [.. Enumerable.Range(0, 48).Select(DataPiece.Of)];
        _sectors.Seal(13, pieces[0], pieces[4], pieces[8], pieces[12]);
        _sectors.Seal(14, pieces[16], pieces[20], pieces[24], pieces[28]);
        for (int sector = 0; sector < 12; sector++)
        {
            _sectors.Seal((ulong)sector + 1, pieces[(sector * 4)..((sector * 4) + 4)]);
        }

        DataPiece[] wanted = [.. pieces.Where((_, index) => index % 4 != 3 || index < 16)];
        Assert.Equal(40, wanted.Length);

        (UnsealManyPlan plan, IReadOnlyList<UnsealOutcome> outcomes) = Unseal([.. wanted.Select(piece => piece.Name)], threads, parallel);

        Assert.All(outcomes, outcome => Assert.Equal((UnsealResult.Written, null), (outcome.Result, outcome.Failure)));
        AssertOut(wanted);
        Assert.Equal(Enumerable.Range(1, 12).Select(number => (ulong)number), _labels.Labelled.Order());
        Assert.Equal(plan.Labelled.Select(sector => sector.Number).Order(), _labels.Labelled.Order());
        Assert.True(plan.Cores!.AtOnce <= (parallel ?? 12));
        Assert.False(Directory.Exists(Path.Combine(_sectors.Temp, "unseal")));
        Assert.Equal(40, Directory.GetFileSystemEntries(_sectors.Out).Length);

        IReadOnlyList<UnsealOutcome> again = Unseal([.. wanted.Select(piece => piece.Name)]).Outcomes;
        Assert.All(again, outcome => Assert.Equal(UnsealResult.AlreadyThere, outcome.Result));
        Assert.Equal(12, _labels.Labelled.Count);
    }

    [Fact]
    public void Unsealed_copies_are_read_first_as_far_as_they_go_and_where_they_are_right()
    {
        DataPiece[] pieces = Seal(1);
        DataPiece[] others = [pieces[3], .. Enumerable.Range(10, 3).Select(DataPiece.Of)];
        _sectors.Seal(2, others);
        _sectors.Unseal(1, pieces, 0, 1);
        Flip(_sectors.Unsealed(1), 512 + 7);
        _sectors.Unseal(2, others, 0, 1);

        // Of sector 1 a copy holds piece 0, and piece 1 damaged; piece 3 is in sector 2's.
        (UnsealManyPlan plan, IReadOnlyList<UnsealOutcome> outcomes) = Unseal([pieces[0].Name, pieces[1].Name, pieces[3].Name, others[1].Name]);

        Assert.Empty(plan.Labelled);
        Assert.All(outcomes, outcome => Assert.Equal(UnsealResult.Written, outcome.Result));
        Assert.Equal(
            [_sectors.Unsealed(1), _sectors.Sealed(1), _sectors.Unsealed(2), _sectors.Unsealed(2)], outcomes.Select(outcome => outcome.From!.Request.From));
        AssertOut(pieces[0], pieces[1], pieces[3], others[1]);
        Assert.Equal([1UL], _labels.Labelled);
        Assert.Contains(_observer.Notices, text => text.Contains("is taken elsewhere", StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_replica_is_left_for_another_copy_and_then_for_another_sector_and_nothing_is_labelled_twice()
    {
        DataPiece[] pieces = Seal(1);
        DataPiece[] others = [pieces[2], .. Enumerable.Range(10, 3).Select(DataPiece.Of)];
        _sectors.Seal(2, others);
        Directory.CreateDirectory(Path.GetDirectoryName(_sectors.Sealed(1, "second"))!);
        File.Copy(_sectors.Sealed(1), _sectors.Sealed(1, "second"));
        Flip(_sectors.Sealed(1), 3);
        Flip(_sectors.Sealed(1), 1024 + 3);
        Flip(_sectors.Sealed(1, "second"), 1024 + 5);

        IReadOnlyList<UnsealOutcome> outcomes = Unseal([pieces[0].Name, pieces[1].Name, pieces[2].Name, others[3].Name], storage: ["storage", "second"]).Outcomes;

        Assert.All(outcomes, outcome => Assert.Equal((UnsealResult.Written, null), (outcome.Result, outcome.Failure)));
        Assert.Equal(
            [_sectors.Sealed(1, "second"), _sectors.Sealed(1), _sectors.Sealed(2), _sectors.Sealed(2)], outcomes.Select(outcome => outcome.From!.Request.From));
        AssertOut(pieces[0], pieces[1], pieces[2], others[3]);
        Assert.Equal([1UL, 2UL], _labels.Labelled.Order());
        Assert.False(Directory.Exists(Path.Combine(_sectors.Temp, "unseal")));
    }

    [Fact]
    public void What_fails_stops_nothing_and_its_labels_are_kept_for_the_next_run()
    {
        DataPiece[] pieces = Seal(1);
        DataPiece[] others = Seal(2, seed: 10);
        DataPiece unknown = DataPiece.Of(99);
        byte[] good = File.ReadAllBytes(_sectors.Sealed(1));
        Flip(_sectors.Sealed(1), 512 + 3);
        Directory.CreateDirectory(_sectors.Out);
        File.WriteAllText(Path.Combine(_sectors.Out, others[0].Name), "somebody's");
        string[] wanted = [pieces[0].Name, pieces[1].Name, others[0].Name, others[1].Name, unknown.Name, "7:0:128"];

        IReadOnlyList<UnsealOutcome> outcomes = Unseal(wanted).Outcomes;

        Assert.Equal(
            [null, FailureKind.CommitmentMismatch, FailureKind.TargetExists, null, FailureKind.BadInput, FailureKind.BadInput], outcomes.Select(outcome => outcome.Failure?.Kind));
        AssertOut(pieces[0], others[1]);
        Assert.Equal("somebody's", File.ReadAllText(Path.Combine(_sectors.Out, others[0].Name)));
        Assert.Equal(3, Directory.GetFiles(_sectors.Out).Length);

        // Another copy of the replica, and the same command.
        File.WriteAllBytes(_sectors.Sealed(1), good);
        Assert.Equal(
            [UnsealResult.AlreadyThere, UnsealResult.Written], Unseal(wanted).Outcomes.Take(2).Select(outcome => outcome.Result));
        AssertOut(pieces[1]);
        Assert.Equal([1UL, 2UL], _labels.Labelled.Order());
        Assert.False(Directory.Exists(Path.Combine(_sectors.Temp, "unseal")));
    }

    [Fact]
    public void A_run_that_is_stopped_goes_on_behind_what_is_finished()
    {
        DataPiece[] pieces = Seal(1);
        DataPiece[] others = Seal(2, seed: 10);
        string[] wanted = [pieces[0].Name, pieces[1].Name, others[0].Name];
        using CancellationTokenSource stop = new();
        _labels.After = number =>
        {
            if (number == 2)
            {
                stop.Cancel();
            }
        };
        Assert.ThrowsAny<OperationCanceledException>(() => Unseal(wanted, threads: 1, parallel: 1, cancellation: stop.Token));
        AssertOut(pieces[0], pieces[1]);
        Assert.Equal(2, Directory.GetFiles(_sectors.Out).Length);

        // As a run leaves it that is killed while it writes.
        string half = Path.Combine(_sectors.Out, $"{others[0].Name}.4711-abc.tmp");
        string foreign = Path.Combine(_sectors.Out, "notes.4711-abc.tmp");
        File.WriteAllText(half, "half");
        File.WriteAllText(foreign, "somebody's");
        _labels.After = null;
        Assert.Equal([UnsealResult.AlreadyThere, UnsealResult.AlreadyThere, UnsealResult.Written], Unseal(wanted).Outcomes.Select(outcome => outcome.Result));
        AssertOut(others[0]);
        Assert.Equal([1UL, 2UL], _labels.Labelled.Order());
        Assert.Equal((false, true), (File.Exists(half), File.Exists(foreign)));
    }

    [Fact]
    public void Stretches_and_version_2_and_cars_get_names_of_their_own()
    {
        byte[] header = Convert.FromHexString("3aa265726f6f747381d82a58250001711220151fe9e73c6267a7060c6f6c4cca943c236f4b196723489608edb42a8b8fa80b6776657273696f6e01");
        byte[] raw = new byte[508];
        header.CopyTo(raw, 0);
        DataPiece car = DataPiece.Of(raw);
        DataPiece plain = DataPiece.Of(3);
        _sectors.Seal(1, car, plain, DataPiece.Of(4), DataPiece.Of(5));
        string version2 = new PieceCidV2(car.Info, 300).ToString();

        IReadOnlyList<UnsealOutcome> outcomes = Unseal([car.Name, version2, plain.Name, "1:512:1KiB", "1:0:512"]).Outcomes;

        Assert.All(outcomes, outcome => Assert.Equal((UnsealResult.Written, null), (outcome.Result, outcome.Failure)));
        Assert.Equal(
            [$"{car.Name}.car", $"{version2}.car", plain.Name, "s-t01000-1.512.1024", "s-t01000-1.0.512"], outcomes.Select(outcome => Path.GetFileName(outcome.Output)));
        Assert.Equal(raw, File.ReadAllBytes(outcomes[0].Output!));
        Assert.Equal(raw[..300], File.ReadAllBytes(outcomes[1].Output!));
        Assert.Equal([.. plain.Raw, .. DataPiece.Of(4).Raw], File.ReadAllBytes(outcomes[3].Output!));
        Assert.Equal([true, true, true, false, true], outcomes.Select(outcome => outcome.Range!.Piece is not null));
        Assert.All(outcomes, outcome => Assert.True(outcome.IsVerified));
        Assert.Single(_labels.Labelled);
    }

    [Fact]
    public void A_stretch_is_compared_by_the_pieces_that_it_lies_in()
    {
        DataPiece[] pieces = Seal(1);
        _sectors.Unseal(1, pieces, 0, 1, 2);

        // Damage that is in the piece and not in the stretch tells, too, that a copy is not what it should be.
        Flip(_sectors.Unsealed(1), 512 + 400);
        IReadOnlyList<UnsealOutcome> outcomes = Unseal(["1:512:128", "1:1024:256", "1:896:256", "1:1408:256"]).Outcomes;

        Assert.All(outcomes, outcome => Assert.Equal((UnsealResult.Written, null, true), (outcome.Result, outcome.Failure, outcome.IsVerified)));
        Assert.Equal(
            [_sectors.Sealed(1), _sectors.Unsealed(1), _sectors.Sealed(1), _sectors.Sealed(1)], outcomes.Select(outcome => outcome.From!.Request.From));
        Assert.Equal(pieces[1].Raw[..127], File.ReadAllBytes(outcomes[0].Output!));
        Assert.Equal(pieces[2].Raw[..254], File.ReadAllBytes(outcomes[1].Output!));
        Assert.Equal([.. pieces[1].Raw[^127..], .. pieces[2].Raw[..127]], File.ReadAllBytes(outcomes[2].Output!));
        Assert.Equal([.. pieces[2].Raw[^127..], .. pieces[3].Raw[..127]], File.ReadAllBytes(outcomes[3].Output!));

        Flip(_sectors.Sealed(1), 512 + 400);
        Directory.Delete(_sectors.Out, recursive: true);
        Assert.Equal(FailureKind.CommitmentMismatch, Unseal(["1:512:128"]).Outcomes[0].Failure!.Kind);
        Assert.Empty(Directory.GetFiles(_sectors.Out));
    }

    [Fact]
    public void Too_little_memory_for_all_is_enough_for_some_and_too_little_for_one_is_said()
    {
        string[] wanted = [.. Enumerable.Range(1, 4).Select(number => Seal((ulong)number, 10 * number)[0].Name)];
        UnsealManyPlan free = Unseal(wanted, threads: 1).Plan;
        Directory.Delete(_sectors.Out, recursive: true);
        long one = Need(1);
        Assert.True(one < free.Resources[0].Needed);
        _probe.Memory = one;

        (UnsealManyPlan plan, IReadOnlyList<UnsealOutcome> outcomes) = Unseal(wanted, threads: 1);
        Assert.Equal(1, plan.Cores!.AtOnce);
        Assert.All(outcomes, outcome => Assert.Equal(UnsealResult.Written, outcome.Result));
        Assert.Equal(8, _labels.Labelled.Count);

        Directory.Delete(_sectors.Out, recursive: true);
        _probe.Memory = one - 1;
        Assert.Equal(FailureKind.NotEnoughResources, Assert.Throws<OperatorException>(() => Unseal(wanted, threads: 1)).Kind);

        long Need(int parallel) => Unsealer(wanted, 1, parallel, ["storage"]).Plan(_observer.Sink, Stop).Resources[0].Needed;
    }

    [Fact]
    public void A_folder_is_one_run_s()
    {
        string name = Seal(1)[0].Name;
        using (FolderLock.Take(LinuxFileSystem.Instance, Path.Combine(_sectors.Out, ".sealer-recover.lock"), "a test"))
        {
            Assert.Equal(FailureKind.Busy, Assert.Throws<OperatorException>(() => Unseal([name])).Kind);
        }

        Assert.Equal(UnsealResult.Written, Unseal([name]).Outcomes[0].Result);
    }

    private DataPiece[] Seal(ulong number, int seed = 0)
    {
        DataPiece[] pieces = [.. Enumerable.Range(seed, DataSectors.PiecesInSector).Select(DataPiece.Of)];
        _sectors.Seal(number, pieces);
        return pieces;
    }

    private ManyUnsealer Unsealer(string[] wanted, int threads, int? parallel, string[] storage) => new(
        new UnsealManyRequest
        {
            Wanted = WantedData.Read(wanted, "a list"),
            Sectors = _sectors.Facts,
            Storage = StorageRoots.Read(storage.Select(_sectors.Folder)),
            OutputFolder = _sectors.Out,
            How = new UnsealHow { TempFolder = _sectors.Temp, ParentCacheFolder = _sectors.Parents, Threads = threads, ParentWindowNodes = 64 },
            Parallel = parallel,
        },
        new SealingRoles(_labels, new TreeMaking(), new Proving(_labels.Settings)),
        LinuxFileSystem.Instance,
        _probe);

    private (UnsealManyPlan Plan, IReadOnlyList<UnsealOutcome> Outcomes) Unseal(
        string[] wanted, int threads = 2, int? parallel = null, string[]? storage = null, CancellationToken? cancellation = null)
    {
        ManyUnsealer unsealer = Unsealer(wanted, threads, parallel, storage ?? ["storage"]);
        UnsealManyPlan plan = unsealer.Plan(_observer.Sink, Stop);
        return (plan, unsealer.Run(plan, _observer.Sink, cancellation ?? Stop));
    }

    private void AssertOut(params DataPiece[] pieces) =>
        Assert.All(pieces, piece => Assert.Equal(piece.Raw, File.ReadAllBytes(Path.Combine(_sectors.Out, piece.Name))));

    private static void Flip(string path, int place)
    {
        byte[] content = File.ReadAllBytes(path);
        content[place] ^= 1;
        File.WriteAllBytes(path, content);
    }

    /// <summary>Real labels, and of which sectors a last layer was made that had none.</summary>
    private sealed class CountedLabels(RecoverySettings settings) : Labelling(settings)
    {
        private readonly List<ulong> _labelled = [];

        public RecoverySettings Settings { get; } = settings;

        /// <summary>Called with the sector's number once it is labelled.</summary>
        public Action<ulong>? After { get; set; }

        public IReadOnlyList<ulong> Labelled
        {
            get
            {
                lock (_labelled)
                {
                    return [.. _labelled];
                }
            }
        }

        public override void Label(LabelWork sector, LayerWatermark? lastLayer, CancellationToken cancellation) =>
            Count([sector], () => base.Label(sector, lastLayer, cancellation));

        public override void LabelTogether(IReadOnlyList<LabelWork> sectors, CancellationToken cancellation) =>
            Count(sectors, () => base.LabelTogether(sectors, cancellation));

        private void Count(IReadOnlyList<LabelWork> sectors, Action label)
        {
            LabelWork[] missing = [.. sectors.Where(sector => !File.Exists(LastLayer(sector)))];
            label();
            lock (_labelled)
            {
                _labelled.AddRange(missing.Where(sector => File.Exists(LastLayer(sector))).Select(sector => sector.Job.Inputs.Sector.Number));
            }

            Array.ForEach(missing, sector => After?.Invoke(sector.Job.Inputs.Sector.Number));
        }

        private static string LastLayer(LabelWork sector) => Path.Combine(sector.Job.CacheFolder, CacheNames.Layer(sector.Job.Inputs.Porep.Layers));
    }
}

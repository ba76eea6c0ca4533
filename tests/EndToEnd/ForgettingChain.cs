using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace EndToEnd;

/// <summary>
/// A miner with sectors of every kind, a node that tells of them until it forgets, whoever else may know how they were sealed, and a bench on
/// which the program is run.
/// </summary>
internal sealed class ForgettingChain : IAsyncDisposable
{
    /// <summary>The miner's number.</summary>
    internal const ulong MinerNumber = 1000;

    /// <summary>Sector n was sealed with the ticket of this epoch and n.</summary>
    internal const long TicketEpoch = 9_000;

    private readonly ParentCaches _caches;
    private readonly Databases _databases;
    private readonly List<IAsyncDisposable> _servers = [];
    private readonly char _prefix;

    private ForgettingChain(ParentCaches caches, Databases databases, string network, char prefix)
    {
        _caches = caches;
        _databases = databases;
        _prefix = prefix;
        Bench = new Workbench(caches);
        Chain = new FakeChain(network);
        Miner = Chain.AddMiner(MinerNumber, Size);
    }

    /// <summary>Size of the sectors.</summary>
    internal static SectorSize Size => SectorSize.KiB2;

    /// <summary>What sectors with data hold, in its order.</summary>
    internal static (PieceInfo Info, byte[] Raw)[] Pieces { get; } = [Make("a", 200, 256), Make("b", 508, 512), Make("c", 127, 128)];

    /// <summary>The same as chain and sealers name it.</summary>
    internal static FakePiece[] OnChain { get; } = [.. Pieces.Select(piece => new FakePiece(piece.Info.CommP.ToCid(), (ulong)piece.Info.PaddedSize))];

    /// <summary>The commitment to it.</summary>
    internal static CommD CommD { get; } =
        PieceLayout.ComputeCommD(Size, [.. PieceLayout.Arrange(Size, Pieces.Select(piece => piece.Info)).Select(placed => placed.Piece)]);

    /// <summary>Where the program is run.</summary>
    internal Workbench Bench { get; }

    /// <summary>The chain.</summary>
    internal FakeChain Chain { get; }

    /// <summary>The miner.</summary>
    internal FakeMiner Miner { get; }

    /// <summary>The node that the program asks.</summary>
    internal FakeNode Node { get; private set; } = null!;

    /// <summary>The file that export writes.</summary>
    internal string Metadata => MetadataOf(Bench);

    /// <summary>Starts the node, which remembers everything yet.</summary>
    /// <param name="caches">Parent caches.</param>
    /// <param name="databases">Where a Curio's database may be made.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="prefix">'f' or 't': how nodes and sealers print addresses.</param>
    internal static async Task<ForgettingChain> StartAsync(ParentCaches caches, Databases databases, string network = "localnet", char prefix = 'f')
    {
        ForgettingChain started = new(caches, databases, network, prefix);
        started.Node = await started.NodeAsync();
        started.Bench.Environment["FULLNODE_API_INFO"] = started.Node.ApiInfo;
        return started;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable server in _servers)
        {
            await server.DisposeAsync();
        }

        Bench.Dispose();
    }

    /// <summary>
    /// 1 CC, 2 with deals, 3 onboarded directly (DDO), 4 non-interactive, 5 snapped; pre-committed: 6 CC, 7 with deals, 8 onboarded directly,
    /// whose pieces nobody knows but who sealed it. Non-interactive sectors have no pre-commit, and only proven ones can be snapped.
    /// </summary>
    internal FakeSector[] AddKinds()
    {
        FakeSector[] sectors = [.. Kinds()];
        Array.ForEach(sectors, sector => Miner.Add(sector));
        return sectors;
    }

    /// <summary>So many proven sectors of 1 CC, 2 with deals, 3 onboarded directly and 5 snapped, by turns, under the numbers from 1.</summary>
    internal FakeSector[] AddMany(int count)
    {
        FakeSector[] kinds = [.. Kinds().Where(sector => sector.Number is 1 or 2 or 3 or 5)];
        FakeSector[] sectors = [.. Enumerable.Range(1, count).Select(number => Another(kinds[number % kinds.Length], (ulong)number))];
        Array.ForEach(sectors, sector => Miner.Add(sector));
        return sectors;
    }

    /// <summary>Sector 1 alone.</summary>
    internal FakeSector AddFirst() => Miner.Add(Proven(1));

    /// <summary>A sector without data, in the newest state.</summary>
    internal static FakeSector Proven(ulong number, RegisteredSealProof proof = RegisteredSealProof.StackedDrg2KiBV1_1) => new()
    {
        Number = number,
        SealProof = (int)proof,
        SealedCid = CommR((int)number),
        SealRandEpoch = TicketEpoch + (long)number,
        PreCommitEpoch = TicketEpoch + 900,
        Activation = TicketEpoch + 1_200,
    };

    /// <summary>The miner as the command line names it: "robust", or the name itself.</summary>
    internal string Named(string miner) => miner == "robust" ? Miner.RobustAddress.ToString(_prefix) : miner;

    /// <summary>Makes a source available to the next run, and adds the options that name it.</summary>
    internal async Task AddAsync(string source, List<string> options, FakeSector[] sectors)
    {
        switch (source)
        {
            case "state":
                return;
            case "messages" or "events":
                KeepOnly(source, sectors);
                return;
            case "archive":
                options.Add($"--archive-node={(await NodeAsync("archive-token")).ApiInfo}");
                break;
            case "lotus-miner":
                await LotusMinerAsync(Bench);
                break;
            case "curio":
                (await CurioAsync(sectors)).SetVariables(Bench.Environment);
                break;
            case "damocles":
                string file = Path.Combine(Bench.Home, "damocles.json");
                JsonArray states = [.. sectors.Select(sector => FakeDamocles.State(Chain, MinerNumber, sector))];
                await File.WriteAllTextAsync(file, states.ToJsonString(), TestContext.Current.CancellationToken);
                options.Add($"--damocles-state={file}");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(source), source, "no such source");
        }
    }

    /// <summary>A node of the same chain that has forgotten nothing.</summary>
    internal async Task<FakeNode> NodeAsync(string? token = null)
    {
        FakeNode node = Keep(await FakeNode.StartAsync(Chain, token));
        node.AddressPrefix = _prefix;
        return node;
    }

    /// <summary>The lotus-miner that sealed the sectors, named to a bench's program.</summary>
    internal async Task<FakeLotusMiner> LotusMinerAsync(Workbench bench)
    {
        FakeLotusMiner lotusMiner = Keep(await FakeLotusMiner.StartAsync(Chain, Miner, token: "miner-token"));
        lotusMiner.AddressPrefix = _prefix;
        bench.Environment["MINER_API_INFO"] = lotusMiner.ApiInfo;
        return lotusMiner;
    }

    /// <summary>The database of a Curio that sealed the sectors.</summary>
    internal async Task<FakeCurio> CurioAsync(FakeSector[] sectors, bool isMigrated = false)
    {
        FakeCurio curio = await _databases.CreateAsync();
        foreach (FakeSector sector in sectors)
        {
            await curio.AddAsync(Chain, Miner, sector, TestContext.Current.CancellationToken, isMigrated);
        }

        return curio;
    }

    /// <summary>What an export wrote that was run elsewhere before, on a bench of its own that is gone: the file, brought to this bench.</summary>
    /// <param name="node">The node that it asked.</param>
    /// <param name="miner">The miner as named.</param>
    /// <param name="code">How it has to end.</param>
    /// <param name="sealerToo">Whether it asked who sealed the sectors, too.</param>
    internal async Task<string> EarlierAsync(FakeNode node, string miner, int code, bool sealerToo)
    {
        using Workbench earlier = new(_caches);
        earlier.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        if (sealerToo)
        {
            await LotusMinerAsync(earlier);
        }

        await earlier.RunAsync(code, ["export", $"--miner={Named(miner)}", "1-8"]);
        string brought = Path.Combine(Bench.Home, "earlier.json");
        File.Move(MetadataOf(earlier), brought);
        return brought;
    }

    /// <summary>The sectors in the file that export writes.</summary>
    internal async Task<JsonArray> WrittenAsync() =>
        JsonNode.Parse(await File.ReadAllTextAsync(Metadata, TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray();

    /// <summary>Their numbers.</summary>
    internal async Task<IEnumerable<ulong>> WrittenNumbersAsync() => (await WrittenAsync()).Select(entry => (ulong)entry!["SectorNumber"]!);

    /// <summary>Stops a server when the test ends.</summary>
    internal T Keep<T>(T server)
        where T : IAsyncDisposable
    {
        _servers.Add(server);
        return server;
    }

    private static string MetadataOf(Workbench bench) => Path.Combine(bench.Home, "sectors-recovery-f01000.json");

    private IEnumerable<FakeSector> Kinds()
    {
        ulong[] deals = [1, 2, 3];
        foreach (ulong deal in deals)
        {
            Chain.Deals[deal] = new FakeDeal(OnChain[(int)deal - 1], Address.FromActorId(new ActorId(MinerNumber)));
        }

        FakeSector withDeals = Proven(2) with { UnsealedCid = CommD.ToCid(), Pieces = OnChain, DealIds = deals, DealWeight = "1000" };
        FakeSector direct = Proven(3, RegisteredSealProof.StackedDrg2KiBSynthetic) with
        {
            UnsealedCid = CommD.ToCid(),
            Pieces = OnChain,
            ProvedWithPieces = true,
            DealWeight = "1000",
        };
        yield return Proven(1);
        yield return withDeals;
        yield return direct;
        yield return Proven(4, RegisteredSealProof.StackedDrg2KiBNonInteractive) with { PreCommitEpoch = null };
        yield return Proven(5) with
        {
            SectorKeyCid = CommR(50),
            Update = new FakeUpdate(16_000) { Pieces = OnChain, UnsealedCid = CommD.ToCid() },
            DealWeight = "1000",
        };
        yield return Proven(6) with { Activation = null };
        yield return Another(withDeals, 7) with { Activation = null };
        yield return Another(direct, 8) with { Activation = null };
    }

    /// <summary>The node tells pre-commits by its messages or events alone. Those at the head only the state tells, so these sectors are proven.</summary>
    private void KeepOnly(string source, FakeSector[] sectors)
    {
        Node.MissingMethods.Add("StateSectorPreCommitInfo");
        Node.KeepsEvents = source == "events";
        if (source == "events")
        {
            Node.MissingMethods.Add("StateListMessages");
        }

        for (int i = 5; i < sectors.Length; i++)
        {
            sectors[i] = Miner.Add(Another(sectors[i - 5], (ulong)i + 1));
        }
    }

    private static FakeSector Another(FakeSector sector, ulong number) =>
        sector with { Number = number, SealedCid = CommR((int)number), SealRandEpoch = TicketEpoch + ((long)number % 800) };

    private static Cid CommR(int i) => CommitmentCid.FromSealed(Blake2b.Hash256(i < 256 ? [(byte)i] : BitConverter.GetBytes(i)).ClearTopTwoBits());

    private static (PieceInfo Info, byte[] Raw) Make(string seed, int length, long padded)
    {
        byte[] raw = VectorFiles.Stream(seed, length);
        return (PieceCommitment.Compute(new MemoryStream(raw), padded, 1, CancellationToken.None), raw);
    }
}

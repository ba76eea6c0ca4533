using System.CommandLine;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Sources;
using Filecoin.Chain.Worth;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Sectors that were looked up.</summary>
/// <param name="Miner">Whose.</param>
/// <param name="Size">The size of each.</param>
/// <param name="Found">What was found of each, in the order asked.</param>
internal sealed record LookedUp(ActorId Miner, SectorSize Size, IReadOnlyList<SectorLookupResult> Found);

/// <summary>Which miner, how the chain is reached, and who else is asked.</summary>
internal sealed class NodeOptions
{
    /// <summary>Sectors looked up at once, unless told otherwise.</summary>
    public const int DefaultConcurrency = 16;

    /// <summary>Seconds to wait for an answer that a run can do without.</summary>
    public const int QuickTimeout = 10;

    private const int DefaultTimeout = 60;

    /// <summary>--miner.</summary>
    public Option<string?> Miner { get; } = new("--miner")
    {
        Description = "The miner's address, as f01000 (or t01000 on test networks; f2 and other forms work too).",
        HelpName = "address",
    };

    /// <summary>--api-info.</summary>
    public Option<string?> ApiInfo { get; } = new("--api-info")
    {
        Description = "The chain node as token:multiaddr or token:url, several with commas; instead of FULLNODE_API_INFO. "
            + "Other users of this machine can see a token given here.",
        HelpName = "info",
    };

    /// <summary>--node-timeout.</summary>
    public Option<int?> Timeout { get; } = CommonOptions.Whole(
        "--node-timeout", 1, 3600, "seconds", $"How long to wait for one answer of the chain node, or of another source. Default: {DefaultTimeout}.");

    private string? _headNote;

    /// <summary>Who else is asked.</summary>
    public SourceOptions Sources { get; } = new();

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        AddWithoutSourcesTo(command);
        Sources.AddTo(command);
    }

    /// <summary>Adds them for a command that asks only for the newest state, which no other source needs to tell.</summary>
    public void AddWithoutSourcesTo(Command command)
    {
        command.Add(Miner);
        AddConnectionTo(command);
    }

    /// <summary>Adds only where the node is and how long to wait for it.</summary>
    public void AddConnectionTo(Command command)
    {
        command.Add(ApiInfo);
        command.Add(Timeout);
    }

    /// <summary>Seconds to wait for an answer that a run can do without, unless told otherwise.</summary>
    public int QuickTimeoutSeconds(CommandContext context) => context.Parsed.GetValue(Timeout) ?? QuickTimeout;

    /// <summary>Seconds to wait for an answer.</summary>
    public int SlowTimeoutSeconds(CommandContext context) => context.Parsed.GetValue(Timeout) ?? DefaultTimeout;

    /// <summary>Curio's database; null if none is named.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public Filecoin.Curio.CuriosDatabase? Curio(CommandContext context) =>
        Sources.Curio(context, TimeSpan.FromSeconds(context.Parsed.GetValue(Timeout) ?? DefaultTimeout));

    /// <summary>The miner asked for.</summary>
    /// <exception cref="OperatorException">BadInput: none, or not an address.</exception>
    public Address ReadMiner(ParseResult parsed) => parsed.GetValue(Miner) switch
    {
        null => throw new OperatorException(FailureKind.BadInput, "no miner was named", "name it with --miner, as in --miner=f01000"),
        string text when Address.TryParse(text.Trim(), out Address? address) => address,
        string text => throw new OperatorException(
            FailureKind.BadInput, $"--miner is \"{SafeText.Short(text)}\", not an address", "write it as f01000, as `lotus-miner info` prints it"),
    };

    /// <summary>Where the chain is: --api-info, FULLNODE_API_INFO, or the api and token files of LOTUS_PATH or ~/.lotus, in this order.</summary>
    /// <exception cref="OperatorException">BadInput: nowhere, or not readable.</exception>
    public IReadOnlyList<ChainEndpoint> ReadEndpoints(ParseResult parsed, EnvironmentSettings environment) =>
        parsed.GetValue(ApiInfo) is { } given ? Filecoin.Chain.Rpc.ApiInfo.Parse(given, "--api-info")
        : environment.ApiInfo is { } variable ? Filecoin.Chain.Rpc.ApiInfo.Parse(variable)
        : environment.LotusRepository is { } folder ? [Filecoin.Chain.Rpc.ApiInfo.FromRepository(folder)]
        : throw new OperatorException(
            FailureKind.BadInput,
            "no chain node is configured: neither --api-info nor FULLNODE_API_INFO is given, and HOME is not set to find ~/.lotus",
            "set FULLNODE_API_INFO to what `lotus auth api-info --perm read` prints");

    /// <summary>Finds the sectors on chain, in the order asked; tells the view about each.</summary>
    /// <param name="context">The command.</param>
    /// <param name="numbers">Which sectors.</param>
    /// <param name="given">What is known of them before anybody is asked.</param>
    /// <param name="worth">Whether to tell what recovering them is worth.</param>
    /// <exception cref="OperatorException">The miner is unknown, or no node answers.</exception>
    public Task<LookedUp> LookUpAsync(CommandContext context, IReadOnlyList<ulong> numbers, IReadOnlyList<ISectorSource> given, bool worth) =>
        LookUpAsync(context, _ => numbers, given, worth);

    /// <summary>The same, of sectors that the chain is asked for first.</summary>
    /// <exception cref="OperatorException">The miner is unknown, or no node answers.</exception>
    public Task<LookedUp> LookUpAsync(
        CommandContext context, Func<SectorLookup, IReadOnlyList<ulong>> choose, IReadOnlyList<ISectorSource> given, bool worth) => AskAsync(
        context,
        given,
        async lookup =>
        {
            IReadOnlyList<ulong> numbers = choose(lookup);
            IReadOnlyList<SectorLookupResult> found = Live(context, () => lookup.FindAllAsync(numbers, DefaultConcurrency, context.Cancellation));
            Tell(context, found);
            if (worth)
            {
                await TellWorthAsync(context, lookup, found);
            }

            return new LookedUp(lookup.Miner, lookup.SectorSize, found);
        });

    /// <summary>Asks while progress is on display. Not from within what is on display already.</summary>
    public static T Live<T>(CommandContext context, Func<Task<T>> ask) => context.View.Live(() => ask().GetAwaiter().GetResult());

    /// <summary>Tells the view what was found.</summary>
    public static void Tell(CommandContext context, IReadOnlyList<SectorLookupResult> found)
    {
        foreach (SectorFacts facts in found.Select(result => result.Facts).OfType<SectorFacts>())
        {
            context.View.Answered(new FactsAnswer(facts));
            foreach (string note in facts.Notes)
            {
                context.Events.Notice($"{facts.Sector}: {note}");
            }
        }
    }

    /// <summary>Tells the view what recovering is worth, of the sectors whose status the chain told.</summary>
    public static async Task TellWorthAsync(CommandContext context, SectorLookup lookup, IReadOnlyList<SectorLookupResult> found)
    {
        SectorFacts[] known = [.. found.Select(result => result.Facts).OfType<SectorFacts>().Where(facts => facts.Status is not null)];
        if (known.Length == 0)
        {
            return;
        }

        WorthOfSectors worth = await lookup.WorthAsync(known, context.Cancellation);
        foreach (string note in worth.Notes)
        {
            context.Events.Notice(note);
        }

        context.View.Answered(new WorthAnswer(worth));
    }

    /// <summary>Asks the chain about the miner named.</summary>
    /// <exception cref="OperatorException">The miner is unknown, or no node answers.</exception>
    public Task<T> AskAsync<T>(CommandContext context, Func<SectorLookup, Task<T>> ask) => AskAsync(context, [], ask);

    /// <summary>The same, with what is known before anybody is asked.</summary>
    /// <exception cref="OperatorException">The miner is unknown, or no node answers.</exception>
    public Task<T> AskAsync<T>(CommandContext context, IReadOnlyList<ISectorSource> given, Func<SectorLookup, Task<T>> ask) => OpenAsync(
        context,
        ReadMiner(context.Parsed),
        context.Parsed.GetValue(Timeout) ?? DefaultTimeout,
        given,
        lookup =>
        {
            context.Events.Notice($"{lookup.Miner} has sectors of {lookup.SectorSize} on network {lookup.NetworkName}");
            return ask(lookup);
        });

    /// <summary>The same about a miner whose number is known, without a word about it.</summary>
    /// <exception cref="OperatorException">The miner is unknown, or no node answers.</exception>
    public Task<T> AskOfAsync<T>(CommandContext context, ActorId miner, Func<SectorLookup, Task<T>> ask) =>
        OpenAsync(context, Address.FromActorId(miner), context.Parsed.GetValue(Timeout) ?? DefaultTimeout, [], ask);

    private async Task<T> OpenAsync<T>(
        CommandContext context, Address miner, int timeout, IReadOnlyList<ISectorSource> given, Func<SectorLookup, Task<T>> ask)
    {
        List<JsonRpcClient> clients = [];
        try
        {
            FullNode node = new(Connected(ReadEndpoints(context.Parsed, context.Environment)));
            OtherSources others = Sources.Read(context, Connected, TimeSpan.FromSeconds(timeout), given);
            SectorLookup lookup = Live(context, () => SectorLookup.OpenAsync(node, others, miner, context.Host.Time, context.Events.LookUps, context.Cancellation));
            TellHead(context, lookup);
            return await ask(lookup);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        JsonRpcClient Connected(IReadOnlyList<ChainEndpoint> endpoints)
        {
            JsonRpcClient client = Connect(context, endpoints, timeout);
            clients.Add(client);
            return client;
        }
    }

    /// <summary>Whether a chain node is named anywhere, or a Lotus repository stands where it is looked for.</summary>
    public bool AreGiven(CommandContext context) =>
        context.Parsed.GetValue(ApiInfo) is not null || context.Environment.ApiInfo is not null || context.Environment.LotusRepositoryIsNamed
        || (context.Environment.LotusRepository is { } folder && File.Exists(Path.Combine(folder, "api")));

    /// <summary>
    /// What the chain says of how sectors of one miner were sealed, in the order of <paramref name="claims"/>, to compare claims with.
    /// </summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="miner">The miner.</param>
    /// <param name="claims">What is compared.</param>
    /// <param name="timeout">Seconds for one answer, unless told otherwise; null for the default.</param>
    /// <exception cref="OperatorException">The miner is unknown, or no node answers.</exception>
    public async Task<IReadOnlyList<StatementResult>> StatementsAsync(
        CommandContext context, ActorId miner, IReadOnlyList<TicketClaim> claims, int? timeout = null)
    {
        return await OpenAsync(
            context,
            Address.FromActorId(miner),
            context.Parsed.GetValue(Timeout) ?? timeout ?? DefaultTimeout,
            [],
            lookup => Task.FromResult(Live(context, () => lookup.FindStatementsAsync(claims, DefaultConcurrency, context.Cancellation))));
    }

    /// <summary>Whether a chain node was named for this run; one whose Lotus repository happens to be here was not.</summary>
    public bool AreNamed(CommandContext context) => context.Parsed.GetValue(ApiInfo) is not null || context.Environment.ApiInfo is not null;

    /// <summary>
    /// The chain's present view of sectors that have been recovered from a file, for the advice at the end. Asked only of a node that was named
    /// for this run; a node that does not answer soon costs the advice its dates and nothing else.
    /// </summary>
    public IReadOnlyList<SectorFacts> BringUpToDate(CommandContext context, IReadOnlyList<SectorFacts> recovered)
    {
        if (!AreNamed(context))
        {
            return recovered;
        }

        try
        {
            (SectorLookup lookup, IReadOnlyList<SectorFacts> now) = Live(context, () => BringUpToDateAsync(context, recovered));
            TellHead(context, lookup);
            return now;
        }
        catch (OperatorException failure)
        {
            context.Events.Notice($"the chain node could not be asked by when to go on: {failure.Message}");
            return recovered;
        }
        catch (OperationCanceledException)
        {
            // The sectors are installed; Ctrl-C now only forgoes the dates.
            return recovered;
        }
    }

    private async Task<(SectorLookup Lookup, IReadOnlyList<SectorFacts> Now)> BringUpToDateAsync(CommandContext context, IReadOnlyList<SectorFacts> recovered)
    {
        using JsonRpcClient rpc = Connect(
            context, ReadEndpoints(context.Parsed, context.Environment), context.Parsed.GetValue(Timeout) ?? QuickTimeout);
        SectorLookup lookup = await SectorLookup.OpenAsync(
            new FullNode(rpc), OtherSources.None, Address.FromActorId(recovered[0].Sector.Miner), context.Host.Time, context.Events.LookUps, context.Cancellation);
        return (lookup, await lookup.BringUpToDateAsync(recovered, DefaultConcurrency, context.Cancellation));
    }

    /// <summary>A run may open the chain several times; that its node is behind is said once.</summary>
    private void TellHead(CommandContext context, SectorLookup lookup)
    {
        if (lookup.HeadNote is { } note && _headNote is null)
        {
            _headNote = note;
            context.Events.Notice(note);
        }
    }

    /// <summary>A client of endpoints, its own to dispose of.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="endpoints">Where.</param>
    /// <param name="timeoutSeconds">How long to wait for one answer.</param>
    /// <param name="once">Whether nothing is asked twice: for calls that do something, which may have been done although no answer came.</param>
    public static JsonRpcClient Connect(
        CommandContext context, IReadOnlyList<ChainEndpoint> endpoints, int timeoutSeconds, bool once = false) => new(
        endpoints,
        Options(context, timeoutSeconds) is var options && once ? options with { MaxRounds = 1, MaxLimitedRounds = 1 } : options,
        context.Log.CreateLogger<JsonRpcClient>(),
        context.Host.Time,
        context.Events.LookUps);

    private static JsonRpcOptions Options(CommandContext context, int timeoutSeconds) =>
        new() { RequestTimeout = TimeSpan.FromSeconds(timeoutSeconds), CertificateFile = context.Environment.CertificateFile };
}

using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Storage;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Tells lotus-miner what was mended: has it read its storage paths again, and declares that the faults are over. Curio finds files and declares
/// recoveries by itself; what has to be typed for it is among the advice.
/// </summary>
internal sealed class MinerDeclaration
{
    private readonly CommandContext _context;
    private readonly NodeOptions _node;
    private readonly IReadOnlyList<ChainEndpoint> _endpoints;

    private MinerDeclaration(CommandContext context, NodeOptions node, IReadOnlyList<ChainEndpoint> endpoints) =>
        (_context, _node, _endpoints) = (context, node, endpoints);

    /// <summary>Reads whom to tell; null where Curio is named and no lotus-miner, which is said.</summary>
    /// <exception cref="OperatorException">BadInput: nobody is named.</exception>
    public static MinerDeclaration? Of(CommandContext context, NodeOptions node, string option)
    {
        if (node.Sources.LotusMinerEndpoints(context) is { } endpoints)
        {
            return new MinerDeclaration(context, node, endpoints);
        }

        if (node.Sources.NamesCurio(context))
        {
            context.Events.Notice("Curio looks at faulty sectors and declares their recovery by itself, so it is told nothing; what it has to be told is among the next steps");
            return null;
        }

        throw new OperatorException(
            FailureKind.BadInput,
            $"{option} was given, and no lotus-miner is named that could be told",
            "set MINER_API_INFO to what `lotus-miner auth api-info --perm admin` prints; Curio, which declares recoveries by itself, is named by CURIO_DB_HOST");
    }

    /// <summary>Tells it. What it refuses does not end the run: the sectors are mended, and the report says of which it does not know.</summary>
    /// <param name="places">Storage paths, each with the sectors that were mended in it.</param>
    /// <param name="inDebt">Whether the miner owes what keeps the chain from taking a declaration.</param>
    /// <returns>Sectors that it was not told of, and why.</returns>
    public async Task<IReadOnlyDictionary<SectorId, OperatorException>> TellAsync(IReadOnlyList<(string StoragePath, SectorFacts[] Facts)> places, bool inDebt)
    {
        List<JsonDeclaredPath> paths = [];
        Dictionary<SectorId, OperatorException> untold = [];
        List<SectorFacts> told = [];
        foreach ((string storagePath, SectorFacts[] facts) in places)
        {
            (string? id, OperatorException? failure) = await RedeclareAsync(storagePath, facts);
            paths.Add(new JsonDeclaredPath(storagePath, id, [.. facts.Select(fact => fact.Sector.Number).Order()], failure?.Message));
            told.AddRange(failure is null ? facts : []);
            Refuse(failure is null ? [] : facts, failure, $"once that is settled: `lotus-miner storage redeclare --id {id}`, or attach the path with `lotus-miner storage attach --store {storagePath}`");
        }

        SectorFacts[] faulty = [.. told.Where(facts => Due.NeedsDeclaring(facts.Status)).OrderBy(facts => facts.Sector.Number)];
        ulong[] numbers = [.. faulty.Select(facts => facts.Sector.Number)];
        (IReadOnlyList<Cid> messages, OperatorException? refused) = numbers.Length == 0 ? ([], null)
            : inDebt ? ([], new OperatorException(FailureKind.NotSupported, "the miner is in fee debt, and the chain takes no declaration before that is paid", ""))
            : await DeclareAsync(numbers);
        _context.View.Answered(new DeclaredAnswer(paths, numbers, messages, refused?.Message));
        Refuse(faulty, refused, $"once that is settled: `lotus-miner proving recover-faults {string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}`");
        return untold;

        void Refuse(SectorFacts[] sectors, OperatorException? why, string hint)
        {
            foreach (SectorFacts facts in why is null ? [] : sectors)
            {
                untold[facts.Sector] = new OperatorException(
                    why!.Kind, $"{facts.Sector} is mended, and lotus-miner was not told: {why.Message}", hint, why);
            }
        }
    }

    private async Task<(string? Id, OperatorException? Failure)> RedeclareAsync(string storagePath, SectorFacts[] facts)
    {
        if (SectorStore.Read(storagePath, out _)?.Id is not { Length: > 0 } id)
        {
            return (null, new OperatorException(FailureKind.Storage, $"{storagePath} is not attached to it: it holds no {SectorStore.FileName}", ""));
        }

        try
        {
            using JsonRpcClient client = NodeOptions.Connect(_context, _endpoints, _node.SlowTimeoutSeconds(_context));
            LotusMiner miner = new(client);
            await miner.RedeclareAsync(id, _context.Cancellation);
            IReadOnlyList<MinerStoragePath> known = await miner.StoragePathsAsync(_context.Cancellation);
            ulong[] lacking =
            [
                .. facts.Where(fact => !known.Any(path => path.Id == id && path.Sectors.Contains(fact.Sector))).Select(fact => fact.Sector.Number),
            ];
            return (id, lacking.Length == 0 ? null : new OperatorException(
                FailureKind.Storage, $"it has read {storagePath} again and still does not know sectors {string.Join(", ", lacking)} there", ""));
        }
        catch (OperatorException failure)
        {
            return (id, failure);
        }
    }

    private async Task<(IReadOnlyList<Cid> Messages, OperatorException? Failure)> DeclareAsync(ulong[] faulty)
    {
        try
        {
            // Asked once: a declaration that got no answer may have been made.
            using JsonRpcClient client = NodeOptions.Connect(_context, _endpoints, _node.SlowTimeoutSeconds(_context), once: true);
            return (await new LotusMiner(client).RecoverFaultAsync(faulty, _context.Cancellation), null);
        }
        catch (OperatorException failure)
        {
            return ([], failure);
        }
    }
}

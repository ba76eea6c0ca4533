using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Sources;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Commands;

/// <summary>What the operator knows of sectors already: a metadata file, or single facts about one sector by hand.</summary>
internal sealed class GivenOptions
{
    private readonly Option<string?> _metadata = new("--sectors-recovery-metadata", "--metadata")
    {
        Description = "A metadata file that says how the sectors were sealed, to compare with the chain and to fill what the node has pruned.",
        HelpName = "file",
    };

    private readonly Option<string?> _ticket = new("--ticket")
    {
        Description = "The ticket of the one sector named, 64 hexadecimal digits or base64.",
        HelpName = "ticket",
    };

    private readonly Option<long?> _ticketEpoch = new("--ticket-epoch")
    {
        Description = "The epoch of its ticket (SealRandEpoch), as `lotus-miner sectors status` shows it. The ticket is then computed from block headers.",
        HelpName = "epoch",
    };

    private readonly Option<string?> _sealProof = new("--seal-proof")
    {
        Description = "Its seal proof, 0 to 19 or by name.",
        HelpName = "proof",
    };

    private readonly Option<string?> _sealedCid = new("--sealed-cid")
    {
        Description = "Its SealedCID, bagboea4b5abc…; of a snapped sector, that of its key.",
        HelpName = "CID",
    };

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        command.Add(_metadata);
        command.Add(_ticket);
        command.Add(_ticketEpoch);
        command.Add(_sealProof);
        command.Add(_sealedCid);
    }

    /// <summary>Whether any is given.</summary>
    public bool AreGiven(ParseResult parsed) => parsed.GetValue(_metadata) is not null || ByHand(parsed) is not null;

    /// <summary>The sources they are.</summary>
    /// <param name="context">The command.</param>
    /// <param name="numbers">The sectors named; facts by hand are about exactly one.</param>
    /// <exception cref="OperatorException">BadInput.</exception>
    public IReadOnlyList<ISectorSource> Read(CommandContext context, IReadOnlyList<ulong> numbers)
    {
        List<ISectorSource> given = [];
        if (context.Parsed.GetValue(_metadata) is { } file)
        {
            string path = context.Folders.Absolute(file, _metadata.Name);
            given.Add(GivenStatements.From($"the metadata file {SafeText.Clean(path)}", MetadataFile.Read(path).Sectors));
        }

        if (ByHand(context.Parsed) is { } said)
        {
            given.Add(numbers.Count == 1
                ? new GivenStatements(said.Source, sector => sector.Number == numbers[0] ? said : null)
                : throw new OperatorException(
                    FailureKind.BadInput,
                    "facts given by hand are about one sector, so exactly one has to be named",
                    "run the command for each such sector alone; export adds to its file"));
        }

        return given;
    }

    private SectorStatement? ByHand(ParseResult parsed)
    {
        SectorStatement said = new()
        {
            Source = "the command line",
            Ticket = parsed.GetValue(_ticket) is { } ticket ? ReadTicket(ticket.Trim()) : null,
            TicketEpoch = parsed.GetValue(_ticketEpoch) is { } epoch ? ReadEpoch(epoch) : null,
            SealProof = parsed.GetValue(_sealProof) is { } proof ? ReadProof(proof.Trim()) : null,
            SealedCid = parsed.GetValue(_sealedCid) is { } cid ? ReadCommR(cid.Trim()) : null,
        };
        return said is { Ticket: null, TicketEpoch: null, SealProof: null, SealedCid: null } ? null : said;
    }

    private Ticket ReadTicket(string text)
    {
        byte[] bytes = new byte[Bytes32.Length];
        bool read = text.Length == 2 * Bytes32.Length
            ? Convert.FromHexString(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done && written == bytes.Length
            : Convert.TryFromBase64String(text, bytes, out written) && written == bytes.Length;
        return read ? new Ticket(new Bytes32(bytes)) : throw Bad(_ticket, text, "not 32 bytes, written as 64 hexadecimal digits or in base64");
    }

    private long ReadEpoch(long epoch) => Epochs.CanBe(epoch)
        ? epoch
        : throw Bad(_ticketEpoch, epoch.ToString(CultureInfo.InvariantCulture), "not an epoch");

    private SealProofInfo ReadProof(string text) =>
        (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && SealProofs.TryGet(number, out SealProofInfo proof))
            || (proof = SealProofs.All.FirstOrDefault(entry => entry.Proof.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))!) is not null
            ? proof
            : throw Bad(_sealProof, text, "not a registered seal proof: they are 0 to 19, or as StackedDrg32GiBV1_1");

    private CommR ReadCommR(string text) => Cid.TryParse(text, out Cid? cid) && CommitmentCid.TryGetCommR(cid, out CommR commR)
        ? commR
        : throw Bad(_sealedCid, text, "not the CID of a sealed sector, which begins with bagboea4b5abc");

    private static OperatorException Bad(Option option, string text, string why) => new(
        FailureKind.BadInput, $"{option.Name} is \"{SafeText.Short(text)}\", {why}", $"correct {option.Name} or leave it out");
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Workspace;

/// <summary>
/// Everything that decides the bytes of a sector's files, as the journal's first line and an installed sector's receipt hold it:
/// finished steps are only trusted for the very inputs they were made from.
/// </summary>
/// <param name="Format">Version of journal and receipt; 1.</param>
/// <param name="Sector">The sector.</param>
/// <param name="SealProof">The registered seal proof.</param>
/// <param name="Ticket">The ticket.</param>
/// <param name="CommD">The data's commitment.</param>
/// <param name="SealedCid">What has to come out.</param>
/// <param name="KeepAll">Whether layers, tree_c and tree_d are kept.</param>
/// <param name="RowsToDiscard">Rows of tree_r_last not stored; null: the default.</param>
/// <param name="UpdateCommD">The commitment to an update's data; null for a sector that was not snapped.</param>
/// <param name="UpdateSealedCid">What has to come out of the update; then SealedCid is the key's.</param>
/// <param name="KeepUnsealed">Whether an unsealed copy is made; null for no.</param>
/// <param name="SyntheticProofs">Whether synthetic proofs are made; null for no.</param>
internal sealed record WorkInputs(
    int Format,
    SectorId Sector,
    RegisteredSealProof SealProof,
    Ticket Ticket,
    CommD CommD,
    CommR SealedCid,
    bool KeepAll,
    int? RowsToDiscard,
    CommD? UpdateCommD = null,
    CommR? UpdateSealedCid = null,
    bool? KeepUnsealed = null,
    bool? SyntheticProofs = null)
{
    /// <summary>The version this code writes and the only one it resumes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The inputs of recovering <paramref name="facts"/>, which hold <paramref name="content"/>, under <paramref name="settings"/>.</summary>
    public static WorkInputs For(SectorFacts facts, SectorContent content, RecoverySettings settings) => new(
        CurrentFormat,
        facts.Sector,
        facts.SealProof.Proof,
        facts.Ticket,
        content.CommD,
        facts.SealedCid,
        settings.Of(facts).KeepAll == true,
        settings.RowsToDiscard,
        content.Update?.CommD,
        facts.Update?.SealedCid,
        settings.KeepUnsealed && content.Parts.Any() ? true : null,
        settings.Of(facts).SyntheticProofs == true ? true : null);

    /// <summary>The seal proof's parameters.</summary>
    [JsonIgnore]
    public PorepParameters Porep => SealProofs.Get(SealProof).Porep;

    /// <summary>Eight hexadecimal digits that tell these inputs from others, for folder names.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())).AsSpan(0, 4));

    /// <summary>Names what differs from <paramref name="other"/>, for messages: "ticket, update".</summary>
    public string DifferencesFrom(WorkInputs other)
    {
        (string Name, bool Differs)[] parts =
        [
            ("seal proof", SealProof != other.SealProof),
            ("ticket", Ticket != other.Ticket),
            ("CommD", CommD != other.CommD),
            ("SealedCID", SealedCid != other.SealedCid),
            ("choice to keep layers and trees", KeepAll != other.KeepAll),
            ("rows to discard", RowsToDiscard != other.RowsToDiscard),
            ("update", UpdateCommD != other.UpdateCommD || UpdateSealedCid != other.UpdateSealedCid),
            ("choice to keep the unsealed copy", KeepUnsealed != other.KeepUnsealed),
            ("synthetic proofs", SyntheticProofs != other.SyntheticProofs),
            ("sector", Sector != other.Sector),
            ("format", Format != other.Format),
        ];
        return string.Join(", ", parts.Where(part => part.Differs).Select(part => part.Name));
    }

    /// <summary>One line; equal exactly for equal inputs.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Format} {Sector.FileName} {(int)SealProof} {Ticket} {CommD} {SealedCid} {KeepAll} {RowsToDiscard ?? -1}{Update}{(KeepUnsealed == true ? " unsealed" : "")}{(SyntheticProofs == true ? " synthetic" : "")}");

    // Nothing for sectors without: what earlier versions left for them is still found.
    private string Update => UpdateCommD is null ? "" : $" {UpdateCommD} {UpdateSealedCid}";
}

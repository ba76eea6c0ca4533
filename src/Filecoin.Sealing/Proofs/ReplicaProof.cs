using System.Globalization;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Proves some nodes of a replica as window PoSt does, has another Poseidon kernel check the proof than made it, and says of what is wrong
/// where the way to CommR breaks: between the replica and the stored rows of tree_r_last, within the rows, between them and p_aux, or between
/// p_aux and CommR. A few hundred hashes a node; that nodes which were not challenged are right does not follow. Nothing is written.
/// </summary>
public static class ReplicaProof
{
    /// <summary>
    /// What is wrong; nothing if every leaf leads to <paramref name="expected"/>: then the network would take the proof. One fault at most
    /// for each leaf.
    /// </summary>
    /// <param name="files">The sealed or updated sector with its p_aux and tree_r_last.</param>
    /// <param name="porep">Size and shape.</param>
    /// <param name="sectorNumber">The sector's number.</param>
    /// <param name="expected">The sector's CommR.</param>
    /// <param name="leaves">Nodes to prove, as <see cref="WindowPost.Challenges"/> draws them from any 32 bytes.</param>
    /// <param name="threads">Leaves looked at side by side.</param>
    /// <param name="progress">Told how many leaves are done, as of <see cref="SealPhase.VanillaProofs"/>; may be null.</param>
    /// <param name="cancellation">Stops between leaves.</param>
    /// <param name="poseidonKernel">Name of the kernel that proves; null for the best on this machine.</param>
    /// <exception cref="OperatorException">Storage: a file is missing, unreadable or has an impossible length.</exception>
    public static IReadOnlyList<ProofFault> Check(
        ReplicaFiles files,
        PorepParameters porep,
        ulong sectorNumber,
        CommR expected,
        IReadOnlyList<long> leaves,
        int threads,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        string? poseidonKernel = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(porep);
        ArgumentNullException.ThrowIfNull(leaves);
        string kernel = poseidonKernel ?? PoseidonKernel.Best;
        TreeForm form = TreeForm.Poseidon(porep, kernel);
        PAuxFile pAux = PAuxFile.Read(files.PAux);
        using PaddedFile replica = new(files.Replica, porep.SectorSize);
        ReplicaRows[] trees = [.. InclusionProver.ReplicaTrees(replica, files.TreeRLast, porep, form)];
        using InclusionProver prover = InclusionProver.Over(trees, porep, form);
        ProofFault?[] faults = new ProofFault?[leaves.Count];
        InclusionProof[] inclusions = new InclusionProof[leaves.Count];
        long treeLeaves = BaseTreeLayout.For(porep).Leaves;
        SealProgressCounter counter = new(progress, SealPhase.VanillaProofs, 1, 1, leaves.Count);
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Run.Parallel(leaves.Count, options, i =>
        {
            faults[i] = new LeafCheck(files.Replica, trees[leaves[i] / treeLeaves], form, leaves[i], leaves[i] % treeLeaves).Run();
            inclusions[i] = prover.Prove(leaves[i]);
            counter.Add(1);
        });
        ProofFault[] found = [.. faults.OfType<ProofFault>(), .. CheckRoots(prover, files, pAux, expected, kernel)];
        return found.Length > 0 ? found : [.. Disagreement()];

        IEnumerable<ProofFault> Disagreement()
        {
            string other = PoseidonKernel.WitnessOf(kernel);
            PostVanillaProof proof = new(sectorNumber, expected, pAux.CommC, pAux.CommRLast, [.. inclusions]);
            return WindowPost.Verify(porep, proof, expected, leaves, other) is { } fault
                ? [fault with { Sentence = $"{fault.Sentence}, as the Poseidon kernel {other} has it; {kernel} finds nothing wrong, so one of the two or this machine is at fault" }]
                : [];
        }
    }

    private static IEnumerable<ProofFault> CheckRoots(
        InclusionProver prover, ReplicaFiles files, PAuxFile pAux, CommR expected, string kernel)
    {
        const int half = PAuxFile.Length / 2;
        if (prover.Root != pAux.CommRLast)
        {
            yield return new ProofFault(
                ProofFaultKind.CommRLast, null, $"the root of tree_r_last is {prover.Root}, but {files.PAux} says {pAux.CommRLast}")
            {
                Places = [new FaultPlace(files.PAux, half, half), .. prover.RootPlaces],
            };
        }

        CommR made = CommRs.From(pAux.CommC, pAux.CommRLast, kernel);
        if (made != expected || !FieldNodes.Is(pAux.CommC))
        {
            yield return new ProofFault(ProofFaultKind.CommR, null, $"{files.PAux} makes the CommR {made}, but the sector's is {expected}")
            {
                Places = [new FaultPlace(files.PAux, 0, PAuxFile.Length)],
            };
        }
    }

    /// <summary>Follows one leaf up its base tree.</summary>
    private readonly struct LeafCheck(string replica, ReplicaRows tree, TreeForm form, long leaf, long leafInTree)
    {
        public ProofFault? Run() => CheckReplica() ?? CheckRows();

        private ProofFault? CheckReplica()
        {
            int row = tree.Stored.LowestRow;
            long node = NodeIn(row);
            long other = -1;
            Span<byte> made = stackalloc byte[SectorSize.NodeBytes];
            Span<byte> stored = stackalloc byte[SectorSize.NodeBytes];
            tree.Rebuild(row, node, made, (first, nodes) =>
            {
                if (FieldNodes.IndexOfOther(nodes) is >= 0 and var index)
                {
                    other = first + index;
                }
            });
            if (other >= 0)
            {
                FaultPlace place = InReplica(other, 1);
                return new ProofFault(ProofFaultKind.FieldElement, other, Text($"node {other} of the replica is no field element ({place})"))
                {
                    Places = [place],
                };
            }

            tree.Read(row, node, stored);
            long under = 1L << (3 * row);
            long firstUnder = leaf / under * under;
            if (made.SequenceEqual(stored))
            {
                return null;
            }

            FaultPlace beneath = InReplica(firstUnder, under);
            FaultPlace above = tree.Stored.PlaceOf(row, node, 1);
            return new ProofFault(
                ProofFaultKind.Replica, leaf, Text($"{beneath} do not hash to node {node} of row {row} ({above}): the one or the other is damaged"))
            {
                Places = [beneath, above],
            };
        }

        private ProofFault? CheckRows()
        {
            Span<byte> children = stackalloc byte[TreeShape.BaseArity * SectorSize.NodeBytes];
            Span<byte> made = stackalloc byte[SectorSize.NodeBytes];
            Span<byte> stored = stackalloc byte[SectorSize.NodeBytes];
            for (int row = tree.Stored.LowestRow; row < tree.Height; row++)
            {
                long first = NodeIn(row) / TreeShape.BaseArity * TreeShape.BaseArity;
                tree.Read(row, first, children);
                form.HashMany(TreeShape.BaseArity, children, made);
                tree.Read(row + 1, NodeIn(row + 1), stored);
                if (!made.SequenceEqual(stored) || FieldNodes.IndexOfOther(children) >= 0)
                {
                    FaultPlace beneath = tree.Stored.PlaceOf(row, first, TreeShape.BaseArity);
                    FaultPlace above = tree.Stored.PlaceOf(row + 1, NodeIn(row + 1), 1);
                    return new ProofFault(
                        ProofFaultKind.StoredRows,
                        leaf,
                        Text($"{tree.Stored.Path} is damaged: nodes {first} to {first + TreeShape.BaseArity - 1} of row {row} (bytes {beneath.Offset} to {beneath.Offset + beneath.Length - 1}) do not hash to node {NodeIn(row + 1)} of row {row + 1} (bytes {above.Offset} to {above.Offset + above.Length - 1})"))
                    {
                        Places = [beneath, above],
                    };
                }
            }

            return null;
        }

        private FaultPlace InReplica(long first, long count) => new(replica, first * SectorSize.NodeBytes, count * SectorSize.NodeBytes);

        private long NodeIn(int row) => leafInTree >> (3 * row);

        private static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
    }
}

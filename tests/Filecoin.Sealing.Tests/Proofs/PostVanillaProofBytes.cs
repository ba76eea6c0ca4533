namespace Filecoin.Sealing.Proofs.Encoding;

/// <summary>What proofs of space-time are handed on as.</summary>
internal static class PostVanillaProofBytes
{
    /// <summary>The proof as filecoin-ffi's generate_single_vanilla_proof gives it and generate_window_post_with_vanilla takes it: bincode.</summary>
    public static byte[] ToBincode(this PostVanillaProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        using MemoryStream stream = new();
        using (BincodeWriter writer = new(stream))
        {
            ProofFields.Write(writer, proof);
        }

        return stream.ToArray();
    }
}
